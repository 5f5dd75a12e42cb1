package dev.fresnel.replay.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.budget.HeapSpendStore;
import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.MemoryArmStateStore;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.RuleName;
import dev.fresnel.policy.Shared;
import dev.fresnel.replay.Replay;
import dev.fresnel.replay.Score;
import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import dev.fresnel.replay.Worlds;
import dev.fresnel.replay.data.DataProblem;
import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.replay.rule.LearnedPolicy;
import dev.fresnel.replay.rule.LearnedRules;
import dev.fresnel.replay.rule.Rule;
import dev.fresnel.replay.rule.Setup;
import dev.fresnel.store.redis.RedisLink;
import dev.fresnel.store.redis.RedisSettings;
import dev.fresnel.store.redis.RedisSpendStore;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What P4, P9 and P15 measure tells replicas that share from replicas that do not, and once from twice. */
class SharedLearningTest {
    private static final int REPLICAS = 16;
    private static final int BUSY = 14_000;
    private static final TenantId ACME = new TenantId("acme");
    private static final Instant DAY = Instant.parse("2026-01-01T00:00:00Z");

    /** Eight tasks, four of them of the dear arm: a thousand requests a second, with both arms' worth known within a few dozen each. */
    private static final TrafficPlan TASKS =
            TrafficPlan.passes(Worlds.mixed(8, 500), 1).perSecond(1_000);

    @Test
    void sixteenReplicasLoseLittle_andThoseThatHearNothingOfEachOtherLoseTwiceAsMuch() {
        double alone = regret(LearnedRules.of(RuleName.UCB));
        double shared = regret(fleet(new MemoryArmStateStore(() -> MemoryStores.START)));
        double deaf = regret(fleet(new Deaf()));

        assertThat(shared).as("alone: %s", alone).isBetween(alone - 20, alone + 20);
        assertThat(deaf).as("shared: %s", shared).isGreaterThan(2 * shared);
    }

    @Test
    void aHotBucketIsWrongForLong_onlyWhereASureRuleHearsInBatches() {
        HotBucket bucket = new HotBucket(10, 1_000, 1);

        assertThat(bucket.of(fleet(new MemoryArmStateStore(() -> MemoryStores.START))))
                .allSatisfy(course -> assertThat(course.longest()).isLessThan(100));
        assertThat(bucket.of(Refreshed.of(Baselines.ucb1(), 1_000)))
                .allSatisfy(course -> assertThat(course.longest()).isEqualTo(1_000));
        assertThat(bucket.of(Baselines.random()))
                .allSatisfy(course -> assertThat(course.wrong()).isBetween(0.45, 0.55))
                .allSatisfy(course -> assertThat(course.longest()).isBetween(8, 40));
        assertThat(bucket.of(Baselines.alwaysCheap()))
                .allSatisfy(course -> assertThat(course.longest()).isZero())
                .allSatisfy(course -> assertThat(course.afterSwap()).isEqualTo(BUSY / 2));
    }

    @Test
    void aProofIsNotMeasured_onAStoreThatFails() {
        MemoryArmStateStore away = new MemoryArmStateStore(() -> MemoryStores.START);
        away.away(true);

        assertThatThrownBy(() -> regret(fleet(away)))
                .isInstanceOf(DataProblem.class)
                .hasMessageStartingWith("the store failed");
    }

    @Test
    void onceIsToldFromTwice_andFromNotAtAll() {
        assertThat(exact(Wire.Delivery.EXACTLY_ONCE)).isEqualTo(100);
        assertThat(exact(Wire.Delivery.AT_LEAST_ONCE)).isBetween(20L, 80L);
        assertThat(exact(Wire.Delivery.AT_MOST_ONCE)).isBetween(20L, 80L);
    }

    @Test
    void aDaysMoneyIsKept_onlyWhereReplicasSpendOutOfLeases() {
        SpendStore shared = new HeapSpendStore();
        assertThat(spentOfTheCap((_, clock) -> Ledger.unread(shared, clock, _ -> {})))
                .as("by looking what others have spent, while many calls are under way")
                .isBetween(1.005, 1.5);
        assertThat(spentOfTheCap((_, clock) -> Ledger.unread(new HeapSpendStore(), clock, _ -> {})))
                .as("by nothing")
                .isGreaterThan(2);

        Vertx vertx = Vertx.vertx();
        try (RedisServer server = RedisServer.start()) {
            RedisLink link = RedisLink.open(vertx, patient(server), new Random(1), _ -> {});
            Await.until("connected", link::isUp);
            assertThat(spentOfTheCap((replica, clock) -> Ledger.leasing(
                            new RedisSpendStore(
                                    vertx, link, Integer.toHexString(replica), () -> Map.of(ACME, List.of())),
                            clock,
                            () -> ChronoUnit.NANOS.between(DAY, clock.instant()),
                            _ -> {})))
                    .isBetween(0.95, 1.0);
            Await.result(link.close());
        }
        Await.result(vertx.close());
    }

    private static RedisSettings patient(RedisServer server) {
        RedisSettings base = RedisSettings.standalone("127.0.0.1:" + server.port());
        return new RedisSettings(
                base.topology(),
                base.hosts(),
                base.master(),
                base.database(),
                base.transport(),
                base.user(),
                base.password(),
                base.caFile(),
                Await.LIMIT,
                Await.LIMIT);
    }

    /** By a rule that takes any arm that can be paid, when a day's requests come within ten minutes. */
    private static double spentOfTheCap(SharedDay.Ledgers ledgers) {
        DataSet set = Worlds.mixed(2, 1_000);
        double cap = 0.2 * set.meanCost(0) * set.rows().size();
        TrafficPlan plan = TrafficPlan.passes(set, 1).perSecond(set.rows().size() / 600.0);
        SharedDay day = new SharedDay(
                ACME,
                new SharedDay.Terms(
                        REPLICAS,
                        new Usd(Math.round(cap * 1e9)),
                        DAY,
                        set.rows().size() / 2,
                        List.of(set.worstCost(0), set.worstCost(1))),
                ledgers,
                new SplittableRandom(1));
        Traffic traffic = plan.draw(1);
        Trace trace = Replay.run(traffic, Baselines.random(), Setup.plain(set.arms(), set.successUsd()), 1, day);
        double spent = 0;
        for (int step = 0; step < traffic.length(); step++) {
            spent += trace.arm(step) == Trace.REFUSED ? 0 : traffic.costUsd(step, trace.arm(step));
        }
        return spent / cap;
    }

    private static long exact(Wire.Delivery delivery) {
        MemoryStores stores = MemoryStores.open();
        return LongStream.range(0, 100)
                .mapToObj(seed -> LearningSchedule.run(
                        seed, stores.corner(), delivery, stores.now(), stores.arms(), stores.decisions()))
                .filter(LearningSchedule.Result::isExact)
                .count();
    }

    private static Rule fleet(ArmStateStore store) {
        AtomicInteger fleets = new AtomicInteger();
        return new Rule(
                "fleet",
                (setup, chance) -> new Fleet(
                        PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF),
                        new Fleet.Size(REPLICAS, Duration.ofSeconds(1)),
                        new LearnedPolicy.Place("fleet-" + fleets.incrementAndGet(), MemoryStores.START),
                        store,
                        setup,
                        chance,
                        Fleet.Front.any(REPLICAS, chance)));
    }

    /** Mean of two streams. */
    private static double regret(Rule rule) {
        return LongStream.of(1, 2)
                .mapToDouble(seed -> {
                    Traffic traffic = TASKS.draw(seed);
                    Setup setup = Setup.plain(TASKS.set().arms(), TASKS.set().successUsd());
                    return Score.of(traffic, Replay.run(traffic, rule, setup, seed))
                            .regret();
                })
                .average()
                .orElseThrow();
    }

    /** Takes everything and tells nothing. */
    private static final class Deaf implements ArmStateStore {
        private static final Snapshot NOTHING = new Snapshot(
                MemoryStores.START.getEpochSecond(), 1, Shared.Extent.CHANGES, Map.of(), List.of(), List.of());

        @Override
        public Future<Flushed> flush(Flush flush) {
            return Future.succeededFuture(new Flushed(Flushed.Effect.APPLIED, NOTHING, 0, List.of()));
        }

        @Override
        public Future<Snapshot> changes(String population, long since) {
            return Future.succeededFuture(NOTHING);
        }

        @Override
        public Future<Landmark> identify(String population, String arm, String model, Landmark seen, double seconds) {
            return Future.succeededFuture(seen);
        }

        @Override
        public Future<Void> reset(String population, Optional<String> arm) {
            return Future.succeededFuture();
        }
    }
}
