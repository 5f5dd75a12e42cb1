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
import dev.fresnel.testing.RedisServer;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hard caps of several replicas on one real Redis. */
final class LeasesTest {
    /** Of the last replica's leases. */
    private static final Duration SHORT = Duration.ofMillis(600);

    private static final String LEASES = "fresnel:{acme}:leases";

    private static final Usd WORTH = new Usd(1_000_000);

    private final RedisServer server = RedisServer.start();
    private final List<ReplicaUnderTest> replicas = new ArrayList<>();
    private final Set<Integer> killed = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() {
        replicas.add(ReplicaUnderTest.on(LinkUnderTest.patient(server), "a1", RedisSpendStore.LEASE_TERM));
        replicas.add(ReplicaUnderTest.on(LinkUnderTest.patient(server), "b2", RedisSpendStore.LEASE_TERM));
        replicas.add(ReplicaUnderTest.on(LinkUnderTest.patient(server), "c3", SHORT));
    }

    @AfterEach
    void stop() {
        for (int i = 0; i < replicas.size(); i++) {
            kill(i);
        }
        server.close();
    }

    /** As kill -9 does: what it had not told is lost. */
    private void kill(int replica) {
        if (killed.add(replica)) {
            replicas.get(replica).link().close();
        }
    }

    private static Payer payer(Usd daily, OnStoreLoss onStoreLoss) {
        return Payer.of(ReplicaUnderTest.ACME, new BudgetTerms(Budget.daily(daily), OnLow.IGNORE, onStoreLoss));
    }

    private static Payer payer(long worth) {
        return payer(WORTH.times(worth), OnStoreLoss.LOCAL_SHARE);
    }

    private Verdict obtain(int replica, Payer payer, Usd worst) {
        return replicas.get(replica).obtain(payer, worst);
    }

    private Reservation granted(int replica, Payer payer, Usd worst) {
        return replicas.get(replica).granted(payer, worst);
    }

    private void take(int replica, Payer payer, Usd worst) {
        replicas.get(replica).take(payer, worst);
    }

    private void settle(int replica, Reservation reservation, Usd cost) {
        replicas.get(replica).settle(reservation, cost);
    }

    private long spent() {
        String nanos = server.command("HGET", "fresnel:{acme}:spend", "|2026-11-27");
        return nanos.equals("(nil)") ? 0 : Long.parseLong(nanos);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatOneHoldsTheOthersCannotSpend_untilItIsGivenBack() {
        Payer payer = payer(10);
        Reservation large = granted(0, payer, WORTH.times(7));

        Verdict refused = obtain(1, payer, WORTH.times(4));
        assertThat(refused).isInstanceOf(Verdict.Denied.class);
        assertThat(((Verdict.Denied) refused).publicMessage()).contains("daily budget");
        Reservation small = granted(1, payer, WORTH.times(2));

        settle(0, large, WORTH);
        Await.result(replicas.get(0).ledger().giveBack());
        settle(1, small, WORTH);
        assertThat(spent()).isEqualTo(WORTH.times(2).nanos());
        take(1, payer, WORTH.times(8));
    }

    @Test
    void theDeadReplicasLeaseIsTakenForSpent_andTheRestIsFree() {
        Payer payer = payer(100);
        take(1, payer, WORTH.times(3));
        Await.result(replicas.get(1).ledger().renew());
        kill(1);

        assertThat(obtain(0, payer, WORTH.times(98)))
                .as("its lease still counts")
                .isInstanceOf(Verdict.Denied.class);
        assertThat(spent()).isZero();
        letRunOut("b2|");

        assertThat(obtain(0, payer, WORTH.times(98)))
                .as("what nobody knows to be unspent")
                .isInstanceOf(Verdict.Denied.class);
        assertThat(spent()).isBetween(WORTH.times(3).nanos(), WORTH.times(30).nanos());
        take(0, payer, WORTH.times(60));
    }

    /** As if its replica had not been heard of for a term. */
    private void letRunOut(String field) {
        String lease = server.command("HGET", LEASES, field);
        server.command("HSET", LEASES, field, lease.substring(0, lease.indexOf('|')) + "|0");
    }

    @Test
    void aReplicaThatComesBack_isNotChargedTwice() {
        Payer payer = payer(100);
        Reservation running = granted(2, payer, WORTH.times(3));
        Await.result(replicas.get(2).ledger().renew());
        sleep(SHORT.toMillis() + 100);
        take(0, payer, WORTH);
        assertThat(spent())
                .as("taken for spent, with what it held ahead")
                .isBetween(WORTH.times(3).nanos(), WORTH.times(20).nanos());

        settle(2, running, WORTH.times(2));
        Await.result(replicas.get(2).ledger().renew());
        Await.result(replicas.get(2).ledger().renew());

        assertThat(spent()).isEqualTo(WORTH.times(2).nanos());
    }

    @Test
    void eachLimitIsLeased_theKeysToo() {
        Payer ci = payer(1000).by("ci", Budget.daily(WORTH.times(30)));
        take(0, ci, WORTH.times(20));

        assertThat(obtain(1, ci, WORTH.times(20))).isInstanceOf(Verdict.Denied.class);
        take(1, ci, WORTH.times(2));
        take(1, payer(1000), WORTH.times(40));
    }

    @Test
    void withoutRedis_eachWayOfLosingTheStoreHolds() {
        Payer share = payer(1000);
        take(0, share, WORTH);
        take(2, share, WORTH);
        Await.until(
                "it holds more than it needs now",
                () -> replicas.get(0).ledger().reserve(share, WORTH.times(2)) instanceof Verdict.Granted);
        server.kill();
        Await.until(
                "the loss is noticed",
                () -> replicas.stream()
                        .noneMatch(replica -> replica.link().link().isUp()));

        assertThat(obtain(0, share, WORTH)).as("from its share").isInstanceOf(Verdict.Granted.class);
        Verdict tooMuch = obtain(0, share, WORTH.times(500));
        assertThat(tooMuch).isInstanceOf(Verdict.Unleased.class);
        assertThat(((Verdict.Unleased) tooMuch).publicMessage()).contains("cannot be checked now");
        assertThat(obtain(1, share, WORTH)).as("it never had a share").isInstanceOf(Verdict.Unleased.class);
        assertThat(obtain(0, payer(WORTH.times(1000), OnStoreLoss.DENY), WORTH)).isInstanceOf(Verdict.Unleased.class);
        assertThat(obtain(1, payer(WORTH.times(1000), OnStoreLoss.ALLOW), WORTH.times(900)))
                .isInstanceOf(Verdict.Granted.class);
        assertThat(obtain(1, payer(WORTH.times(1000), OnStoreLoss.ALLOW), WORTH.times(200)))
                .as("its own count holds all the same")
                .isInstanceOf(Verdict.Denied.class);
        sleep(SHORT.toMillis());
        assertThat(obtain(2, share, WORTH))
                .as("its share may be others' by now")
                .isInstanceOf(Verdict.Unleased.class);
        assertThat(Await.result(replicas.get(0).ledger().obtain(Payer.of(ReplicaUnderTest.ACME, Budget.NONE), WORTH)))
                .as("without a budget nothing changes")
                .isInstanceOf(Verdict.Granted.class);
        assertThat(replicas.get(0).ledger().reserved(Account.of(ReplicaUnderTest.ACME)))
                .isEqualTo(WORTH.times(5));
    }
}
