package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Budget;
import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.budget.OnLow;
import dev.fresnel.budget.OnStoreLoss;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Reservation;
import dev.fresnel.budget.Verdict;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.LateLine;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hard caps where Redis answers late, or refuses to write, or many want money at once. */
final class LeasesInTroubleTest {
    private static final Usd WORTH = new Usd(1_000_000);
    private static final Duration TERM = Duration.ofSeconds(60);

    private final RedisServer server = RedisServer.start();
    private final ReplicaUnderTest one = ReplicaUnderTest.on(LinkUnderTest.to(server), "a1", TERM);
    private final ReplicaUnderTest other = ReplicaUnderTest.on(LinkUnderTest.to(server), "b2", TERM);

    @AfterEach
    void stop() {
        one.link().close();
        other.link().close();
        server.close();
    }

    private static Payer payer(OnStoreLoss onStoreLoss) {
        return Payer.of(
                ReplicaUnderTest.ACME, new BudgetTerms(Budget.daily(WORTH.times(100)), OnLow.IGNORE, onStoreLoss));
    }

    private static Payer payer() {
        return payer(OnStoreLoss.LOCAL_SHARE);
    }

    private void refuseWrites() {
        server.command("CONFIG", "SET", "maxmemory", "1");
    }

    private void takeWrites() {
        server.command("CONFIG", "SET", "maxmemory", "0");
    }

    private boolean isWriteRefused() {
        return one.link().problems().stream().anyMatch(RedisProblem.NotWritable.class::isInstance);
    }

    @Test
    void aRedisThatDoesNotWrite_keepsNobodyWaiting() {
        Reservation first = one.granted(payer(), WORTH);
        refuseWrites();
        Future<Void> told = one.ledger().settle(first, WORTH);
        Await.until("its spend is not taken", this::isWriteRefused);

        assertThat(one.obtain(payer(), WORTH.times(50))).isInstanceOf(Verdict.Unleased.class);
        assertThat(one.obtain(payer(), WORTH.times(50))).isInstanceOf(Verdict.Unleased.class);
        Future<Void> givenBack = one.ledger().giveBack();
        Await.until("the end does not wait either", givenBack::isComplete);

        assertThat(told.isComplete()).isFalse();
        takeWrites();
        Await.result(told);
        one.take(payer(), WORTH.times(50));
        assertThat(server.command("HGET", "fresnel:{acme}:spend", "|2026-11-27"))
                .isEqualTo(Long.toString(WORTH.nanos()));
    }

    @Test
    void aBurstIsGranted_whileThereIsMoney() {
        List<Future<Verdict>> asked = IntStream.range(0, 60)
                .mapToObj(_ -> one.ledger().obtain(payer(), WORTH))
                .toList();

        assertThat(asked.stream().map(Await::result)).hasOnlyElementsOfType(Verdict.Granted.class);
        assertThat(one.ledger().reserved(Account.of(ReplicaUnderTest.ACME))).isEqualTo(WORTH.times(60));
    }

    @Test
    void aBurstIsRefused_onlyWhereTheMoneyEnds() {
        List<Future<Verdict>> asked = IntStream.range(0, 120)
                .mapToObj(i -> (i % 2 == 0 ? one : other).ledger().obtain(payer(), WORTH))
                .toList();

        List<Verdict> verdicts = asked.stream().map(Await::result).toList();
        assertThat(verdicts).noneMatch(Verdict.Unleased.class::isInstance);
        // What one holds ahead when the other is refused may be left over.
        assertThat(verdicts.stream().filter(Verdict.Granted.class::isInstance).count())
                .isBetween(90L, 100L);
    }

    @Test
    void whatIsOfferedBack_isNotSpentWhileTheAnswerIsUnderWay() {
        one.settle(one.granted(payer(), WORTH), Usd.ZERO);
        Await.result(one.ledger().renew());
        server.freeze();
        Future<Void> offered = one.ledger().renew();

        Verdict meanwhile = one.ledger().reserve(payer(), WORTH);
        server.thaw();

        assertThat(meanwhile).isInstanceOf(Verdict.Unleased.class);
        Await.result(offered);
        other.take(payer(), WORTH.times(100));
    }

    @Test
    void anAskThatArrivesLate_doesNotLowerALeaseThatWasGrantedSince() {
        try (LateLine line = LateLine.to(server.port());
                LinkUnderTest link = LinkUnderTest.through(line.port())) {
            ReplicaUnderTest slow = ReplicaUnderTest.on(link, "c3", TERM);
            slow.settle(slow.granted(payer(), WORTH), Usd.ZERO);
            Await.result(slow.ledger().renew());

            // It offers back what it holds, which Redis hears of when the replica is on another connection and has
            // asked for more.
            line.hold();
            slow.renew();
            Await.until("the offer is under way", line::isHolding);
            line.hangUp();
            Await.until("another connection", () -> link.link().counts().connections() > 1);
            slow.take(payer(), WORTH.times(50));
            line.deliver();

            assertThat(one.obtain(payer(), WORTH.times(60)))
                    .as("the other half of the budget, and a tenth that is taken")
                    .isInstanceOf(Verdict.Denied.class);
            one.take(payer(), WORTH.times(40));
        }
    }

    @Test
    void aLeaseIsNoLargerForWhatWasBookedBeforeIt() {
        Await.result(one.ledger().charge(Account.of(ReplicaUnderTest.ACME), WORTH.times(50)));
        one.take(payer(), WORTH);

        assertThat(one.ledger().reserve(payer(), WORTH.times(20)))
                .as("more than an eighth of what is left")
                .isInstanceOf(Verdict.Unleased.class);
        other.take(payer(), WORTH.times(30));
    }

    @Test
    void aRedisThatDoesNotWrite_isALostStore() {
        one.settle(one.granted(payer(), WORTH), Usd.ZERO);
        refuseWrites();

        assertThat(one.obtain(payer(OnStoreLoss.ALLOW), WORTH.times(50))).isInstanceOf(Verdict.Granted.class);
        assertThat(one.ledger().reserve(payer(OnStoreLoss.ALLOW), WORTH.times(30)))
                .as("a second model of the same request")
                .isInstanceOf(Verdict.Granted.class);
        assertThat(one.ledger().reserve(payer(OnStoreLoss.DENY), new Usd(1))).isInstanceOf(Verdict.Unleased.class);
        assertThat(one.obtain(payer(OnStoreLoss.DENY), new Usd(1))).isInstanceOf(Verdict.Unleased.class);

        takeWrites();
        one.take(payer(OnStoreLoss.DENY), new Usd(1));
        Await.until(
                "it has answered again",
                () -> one.ledger().reserve(payer(OnStoreLoss.DENY), new Usd(1)) instanceof Verdict.Granted);
    }
}
