package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.policy.Alarm;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Lesson;
import dev.fresnel.policy.Observation;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.Shared;
import dev.fresnel.policy.Stakes;
import dev.fresnel.policy.Standings;
import dev.fresnel.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two processes and a store between them, by hand. */
class SharedEvidenceTest {
    private static final String POPULATION = "acme/strong";
    private static final Arm WORKER = new Arm("worker");
    private static final EvidenceKey KEY = new EvidenceKey(new Context(POPULATION, "other 1", "acme/app"), WORKER);
    private static final PolicySettings SETTINGS =
            PolicySettings.DEFAULT.with(PolicySettings.Drift.DEFAULT.withWatch(PolicySettings.Drift.Watch.STORE));

    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final MemoryArmStateStore store = new MemoryArmStateStore(() -> now);
    private final Replica a = new Replica("a", "model-1");
    private final Replica b = new Replica("b", "model-1");

    /** One process as far as it learns. */
    private final class Replica {
        final List<Alarm> alarms = new ArrayList<>();
        final Policy policy = new Policy(SETTINGS);
        final SharedEvidence evidence;

        Replica(String name, String model) {
            evidence = new SharedEvidence(
                    policy,
                    store,
                    new KnownArms(Map.of(POPULATION, Map.of(Arm.DIRECT, "model-0", WORKER, model))),
                    Runnable::run,
                    () -> now,
                    new Random(1),
                    name,
                    alarms::add);
        }

        void learns(double weight, double reward) {
            learns(KEY, new Observation(policy.stamp(KEY, now), weight, reward));
        }

        void learns(EvidenceKey key, Observation observation) {
            evidence.use(POPULATION);
            Lesson lesson = policy.learn(key, observation, now);
            evidence.learned(key, lesson, observation.weight());
        }

        double pulls() {
            return standings().pulls(1);
        }

        double mean() {
            return standings().mean(1);
        }

        Standings standings() {
            List<Option> options = List.of(Option.of(Arm.DIRECT, 0.01), Option.of(WORKER, 0.001));
            return policy.choose(new Question(KEY.context(), options, Stakes.QUALITY_ONLY, now), 0.5)
                    .standings();
        }
    }

    @Test
    void othersHear_withinTwoSeconds() {
        a.evidence.use(POPULATION);
        b.evidence.use(POPULATION);
        tick();

        a.learns(1, 0);
        a.learns(1, 0);
        pass(Duration.ofMillis(1_990));

        assertThat(b.pulls()).isCloseTo(2, within(1e-4));
        assertThat(b.mean()).isCloseTo(0, within(1e-9));
        assertThat(a.pulls()).as("its own counts once").isCloseTo(2, within(1e-4));
    }

    @Test
    void aProcessThatStarts_takesOverEverything() {
        a.learns(1, 1);
        tick();
        Replica late = new Replica("late", "model-1");

        Await.result(late.evidence.load());

        assertThat(late.pulls()).isCloseTo(1, within(1e-4));
    }

    @Test
    void whatTheStoreDoesNotKnowYet_staysOnTop() {
        a.learns(1, 1);
        tick();
        store.away(true);
        a.learns(1, 0);
        pass(Duration.ofSeconds(10));
        assertThat(a.evidence.counts().queued()).isEqualTo(1);
        assertThat(a.evidence.counts().failures()).isBetween(1L, 20L);
        store.away(false);
        b.learns(1, 0.5);
        b.evidence.tick();
        Await.result(a.evidence.load());

        assertThat(a.pulls()).isCloseTo(3, within(1e-3));
        assertThat(a.mean()).isCloseTo(0.5, within(1e-3));

        pass(Duration.ofSeconds(10));
        assertThat(a.evidence.counts().queued()).isZero();
        assertThat(b.pulls()).isCloseTo(3, within(1e-3));
    }

    @Test
    void aLostAnswer_isAskedForAgain_andCountsOnce() {
        store.losesAnswers(true);
        a.learns(1, 1);
        pass(Duration.ofSeconds(3));
        store.losesAnswers(false);
        pass(Duration.ofSeconds(8));

        assertThat(a.pulls()).isCloseTo(1, within(1e-3));
        assertThat(a.evidence.counts().duplicates()).isEqualTo(1);
        assertThat(total()).isCloseTo(1, within(1e-6));
    }

    @Test
    void aFullBatch_isFlushedAtOnce() {
        for (int i = 0; i < 255; i++) {
            a.learns(1, 1);
        }
        assertThat(a.evidence.counts().applied()).isZero();

        a.learns(1, 1);

        assertThat(a.evidence.counts().applied()).isEqualTo(1);
        assertThat(total()).isCloseTo(256, within(1e-6));
    }

    @Test
    void decidingAsksNoStore() {
        a.learns(1, 1);
        tick();
        int calls = store.calls();

        for (int i = 0; i < 1_000; i++) {
            a.evidence.use(POPULATION);
            a.policy.begin(KEY, now);
            assertThat(a.standings().size()).isEqualTo(2);
            a.policy.end(KEY);
        }

        assertThat(store.calls()).isEqualTo(calls);
    }

    @Test
    void tooManyCells_areDroppedAndCounted() {
        store.away(true);
        for (int i = 0; i < 20_010; i++) {
            EvidenceKey key = new EvidenceKey(new Context(POPULATION, "task", "leaf-" + i), WORKER);
            a.evidence.learned(key, new Lesson(Evidence.of(1, 1), Landmark.at(0), 0, Optional.empty()), 1);
        }

        assertThat(a.evidence.counts().queued()).isEqualTo(20_000);
        assertThat(a.evidence.counts().dropped()).isEqualTo(10);
    }

    /** One process alone: the store's alarm is the policy's own. */
    @Test
    void theStoresAlarm_isThePolicysOwn_whenOneProcessLearns() {
        Policy alone = new Policy(PolicySettings.DEFAULT);
        Random random = new Random(7);
        int alarms = 0;
        for (int i = 0; i < 3_000; i++) {
            now = now.plusMillis(1);
            double reward = random.nextDouble() < (i < 1_500 ? 0.9 : 0.3) ? 1 : 0;
            Lesson lesson = alone.learn(KEY, new Observation(alone.stamp(KEY, now), 1, reward), now);
            alarms += lesson.alarm().isPresent() ? 1 : 0;
            a.learns(1, reward);
            a.evidence.tick();
            if (i % 100 == 0) {
                assertThat(a.standings().quality(1)).as("outcome %d", i).isCloseTo(quality(alone), within(1e-9));
            }
        }

        assertThat(alarms).isPositive();
        assertThat(a.alarms).hasSize(alarms);
    }

    @Test
    void anAlarm_isRaisedOnce_andHeardByAll() {
        for (int i = 0; i < 400; i++) {
            (i % 2 == 0 ? a : b).learns(1, 1);
        }
        pass(Duration.ofSeconds(2));
        for (int i = 0; i < 60 && a.alarms.isEmpty() && b.alarms.isEmpty(); i++) {
            (i % 2 == 0 ? a : b).learns(1, 0);
            tick();
        }
        pass(Duration.ofSeconds(2));

        assertThat(a.alarms.size() + b.alarms.size()).isEqualTo(1);
        assertThat(a.policy.landmark(POPULATION, WORKER, now).jump()).isPositive();
        assertThat(b.policy.landmark(POPULATION, WORKER, now)).isEqualTo(a.policy.landmark(POPULATION, WORKER, now));
    }

    /** Whoever knows the same of the store believes the same, whenever it came to know it. */
    @Test
    void anAlarm_leavesAllWithTheSameBeliefs_alsoWhoStartsLater() {
        for (int i = 0; i < 400; i++) {
            (i % 2 == 0 ? a : b).learns(1, 1);
        }
        pass(Duration.ofSeconds(2));
        // In one flush: the others hear of the alarm before they have seen any of what raised it.
        for (int i = 0; i < 60; i++) {
            a.learns(1, 0);
        }
        pass(Duration.ofSeconds(2));
        for (int i = 0; i < 60; i++) {
            b.learns(1, 1);
        }
        pass(Duration.ofSeconds(2));
        Replica late = new Replica("late", "model-1");
        Await.result(late.evidence.load());

        assertThat(a.alarms.size() + b.alarms.size()).isPositive();
        for (Replica other : List.of(b, late)) {
            assertThat(other.standings().quality(1)).isCloseTo(a.standings().quality(1), within(1e-3));
            assertThat(other.standings().deviation(1)).isCloseTo(a.standings().deviation(1), within(1e-3));
        }
    }

    @Test
    void anotherModelBehindAnArm_agesItOnce_howeverManyProcessesStartWithIt() {
        a.learns(100, 1);
        pass(Duration.ofSeconds(1));
        List<Replica> anew = List.of(new Replica("c", "model-2"), new Replica("d", "model-2"));
        anew.forEach(replica -> Await.result(replica.evidence.load()));
        anew.forEach(replica -> replica.evidence.use(POPULATION));
        for (int i = 0; i < 8; i++) {
            now = now.plusMillis(250);
            anew.forEach(replica -> replica.evidence.tick());
            a.evidence.tick();
        }

        assertThat(anew.getFirst().pulls()).isCloseTo(30, within(0.01));
        assertThat(anew.getLast().pulls()).isCloseTo(30, within(0.01));
        assertThat(a.pulls()).as("the old one hears of it").isCloseTo(30, within(0.01));
        assertThat(anew.getFirst().standings().mean(1)).isCloseTo(1, within(1e-9));
    }

    /** What may stand in a store that others can write to: nothing of it is taken, nothing of it does harm. */
    @Test
    void hostileState_isIgnoredAndCounted() {
        Map<String, Landmark> landmarks = new HashMap<>(Map.of(
                "worker", Landmark.at(now.toEpochMilli() / 1e3),
                "direct", new Landmark(0, 1e12, 0),
                "foreign", Landmark.at(now.toEpochMilli() / 1e3)));
        String name = CellName.of(KEY.context());
        List<Cell> cells = new ArrayList<>(List.of(
                new Cell("worker", name, new Evidence(4, 3, 2)),
                new Cell("worker", "no such name", new Evidence(1, 1, 1)),
                new Cell("worker", "9999:short", new Evidence(1, 1, 1)),
                new Cell("worker", CellName.of(new Context("", "negative", "")), new Evidence(-5, 7, 1)),
                new Cell("worker", CellName.of(new Context("", "more than all", "")), new Evidence(1, 7, 1)),
                new Cell("worker", CellName.of(new Context("", "huge", "")), new Evidence(1e200, 1, 1)),
                new Cell("worker", CellName.of(new Context("", "nan", "")), new Evidence(Double.NaN, 1, 1)),
                new Cell("direct", name, new Evidence(1, 1, 1)),
                new Cell("foreign", name, new Evidence(1, 1, 1)),
                new Cell("lost", name, new Evidence(1, 1, 1))));
        SnapshotReader reader = new SnapshotReader(
                new KnownArms(Map.of(POPULATION, Map.of(Arm.DIRECT, "m", WORKER, "m"))),
                dev.fresnel.policy.ForwardDecay.over(SETTINGS.memory()));

        SnapshotReader.Taken taken = reader.read(
                POPULATION,
                new Snapshot(now.toEpochMilli() / 1e3, 9, Shared.Extent.WHOLE, landmarks, cells, List.of()));
        a.policy.follow(taken.shared(), now);

        assertThat(taken.ignored()).isEqualTo(2 + 9);
        assertThat(taken.shared().landmarks()).containsOnlyKeys(WORKER);
        assertThat(a.pulls()).isCloseTo(4, within(1e-3));
        assertThat(a.standings().quality(1)).isBetween(0.0, 1.0);
        assertThat(taken.shared().totals())
                .containsEntry(KEY, new Evidence(4, 3, 2))
                .allSatisfy((_, evidence) -> assertThat(evidence).isEqualTo(evidence.asTotal()));
    }

    @Test
    void moreCellsThanThereIsRoomFor_fillNoMemory() {
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            cells.add(
                    new Cell("worker", CellName.of(new Context("", "task-" + i, "leaf-" + i)), new Evidence(1, 1, 1)));
        }
        SnapshotReader reader = new SnapshotReader(
                new KnownArms(Map.of(POPULATION, Map.of(WORKER, "m"))),
                dev.fresnel.policy.ForwardDecay.over(SETTINGS.memory()));
        Snapshot snapshot = new Snapshot(
                now.toEpochMilli() / 1e3,
                9,
                Shared.Extent.WHOLE,
                Map.of("worker", Landmark.at(now.toEpochMilli() / 1e3)),
                cells,
                List.of());

        a.policy.follow(reader.read(POPULATION, snapshot).shared(), now);
        a.learns(1, 0);

        assertThat(a.standings().quality(1))
                .as("what it says together is heard")
                .isGreaterThan(0.85);
        assertThat(a.pulls()).isCloseTo(1, within(1e-4));
    }

    @Test
    void aPopulationThatWasForgotten_isToldOfAgain_whenItComesBack() {
        PolicySettings two = new PolicySettings(
                SETTINGS.rule(),
                SETTINGS.tuning(),
                SETTINGS.prior(),
                SETTINGS.memory(),
                SETTINGS.exploration(),
                SETTINGS.drift(),
                SETTINGS.guard(),
                SETTINGS.warmStart(),
                new PolicySettings.Bounds(2, 256, 4096));
        List<String> populations = List.of("p0", "p1", "p2");
        Map<Arm, String> known = Map.of(Arm.DIRECT, "model-0", WORKER, "model-1");
        Policy policy = new Policy(two);
        SharedEvidence evidence = new SharedEvidence(
                policy,
                store,
                new KnownArms(Map.of("p0", known, "p1", known, "p2", known)),
                Runnable::run,
                () -> now,
                new Random(1),
                "c",
                _ -> {});
        for (int round = 0; round < 2; round++) {
            for (String population : populations) {
                EvidenceKey key = new EvidenceKey(new Context(population, "other 1", "acme/app"), WORKER);
                evidence.use(population);
                evidence.learned(key, policy.learn(key, new Observation(policy.stamp(key, now), 1, 0), now), 1);
                now = now.plusSeconds(1);
                evidence.tick();
            }
        }

        assertThat(evidence.counts().duplicates()).isZero();
        assertThat(populations)
                .allSatisfy(population -> assertThat(Await.result(store.changes(population, 0)).cells().stream()
                                .mapToDouble(cell -> cell.evidence().weight())
                                .sum())
                        .isCloseTo(2, within(0.01)));
    }

    @Test
    void cellNames_areReadAsTheyWereWritten() {
        for (String text : List.of("", " ", "7:x", "a b", "é\n")) {
            Context context = new Context(POPULATION, text, text);
            assertThat(CellName.context(POPULATION, CellName.of(context))).isEqualTo(Optional.of(context));
        }
    }

    private double quality(Policy policy) {
        List<Option> options = List.of(Option.of(Arm.DIRECT, 0.01), Option.of(WORKER, 0.001));
        return policy.choose(new Question(KEY.context(), options, Stakes.QUALITY_ONLY, now), 0.5)
                .standings()
                .quality(1);
    }

    /** Outcomes in the store, all of this very moment. */
    private double total() {
        return Await.result(store.changes(POPULATION, 0)).cells().stream()
                .mapToDouble(cell -> cell.evidence().weight())
                .sum();
    }

    private void tick() {
        a.evidence.tick();
        b.evidence.tick();
    }

    /** Ticks four times a second, b a little after a. */
    private void pass(Duration time) {
        for (long left = time.toMillis(); left > 0; left -= 250) {
            now = now.plusMillis(Math.min(250, left));
            tick();
        }
    }
}
