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
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hard caps of several replicas on one real Redis. */
final class LeasesTest {
    private static final Duration TERM = Duration.ofMillis(1500);

    /** Requests' worth of the cap; {@code -Dfresnel.cap=10000} for the size that the documentation has numbers of. */
    private static final int CAP = Integer.getInteger("fresnel.cap", 1500);

    private static final Usd WORTH = new Usd(1_000_000);

    private final RedisServer server = RedisServer.startDurable();
    private final List<ReplicaUnderTest> replicas = new ArrayList<>();
    private final Set<Integer> killed = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void start() {
        for (String name : List.of("a1", "b2", "c3")) {
            replicas.add(ReplicaUnderTest.on(LinkUnderTest.patient(server), name, TERM));
        }
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

    /** Show 2: 16 clients on 3 replicas, one of which dies in the middle with all that it had not told. */
    @Test
    void neverOverspends_andUsesNearlyAll_alsoWhenAReplicaDies() throws Exception {
        Payer payer = payer(CAP);
        AtomicLong billed = new AtomicLong();
        AtomicLong refusedInARow = new AtomicLong();
        AtomicBoolean dead = new AtomicBoolean();
        List<Callable<Void>> clients = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            int at = i % 3;
            clients.add(() -> {
                int refused = 0;
                while (refused < 3 && !(at == 2 && dead.get())) {
                    if (obtain(at, payer, WORTH) instanceof Verdict.Granted(Reservation reservation)) {
                        refused = 0;
                        // The provider bills it, whatever becomes of the gateway.
                        long sum = billed.addAndGet(WORTH.nanos());
                        if (at == 2 && (dead.get() || sum > WORTH.times(CAP / 2).nanos())) {
                            dead.set(true);
                            return null;
                        }
                        var _ = replicas.get(at).ledger().settle(reservation, WORTH);
                    } else {
                        refused++;
                        refusedInARow.incrementAndGet();
                        // The dead one's lease is over in a while.
                        Thread.sleep(TERM.toMillis());
                    }
                }
                return null;
            });
        }
        AtomicBoolean done = new AtomicBoolean();
        Thread heart = Thread.ofVirtual().start(() -> {
            while (!done.get()) {
                replicas.subList(0, dead.get() ? 2 : 3).forEach(ReplicaUnderTest::renew);
                sleep(TERM.toMillis() / 10);
            }
        });
        Thread death = Thread.ofVirtual().start(() -> {
            while (!dead.get() && !done.get()) {
                sleep(1);
            }
            kill(2);
        });

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var end : threads.invokeAll(clients)) {
                end.get();
            }
        }
        done.set(true);
        heart.join();
        death.join();
        replicas.subList(0, 2).forEach(ReplicaUnderTest::leave);

        long cap = WORTH.times(CAP).nanos();
        System.out.printf(
                "leases: %d requests' worth, billed %.4f of the cap, booked %.4f, refused %d times%n",
                CAP, billed.get() / (double) cap, spent() / (double) cap, refusedInARow.get());
        assertThat(billed.get()).as("what the provider bills").isLessThanOrEqualTo(cap);
        assertThat(billed.get() / (double) cap)
                .as("share of the cap that was used")
                .isGreaterThanOrEqualTo(0.98);
        assertThat(spent()).isLessThanOrEqualTo(cap);
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
        take(2, payer, WORTH.times(3));
        Await.result(replicas.get(2).ledger().renew());
        kill(2);

        assertThat(obtain(0, payer, WORTH.times(98)))
                .as("its lease still counts")
                .isInstanceOf(Verdict.Denied.class);
        assertThat(spent()).isZero();
        Await.until("its term is over", () -> {
            var _ = obtain(0, payer, WORTH.times(98));
            return spent() > 0;
        });

        assertThat(spent()).isBetween(WORTH.times(3).nanos(), WORTH.times(30).nanos());
        take(0, payer, WORTH.times(60));
    }

    @Test
    void aReplicaThatComesBack_isNotChargedTwice() {
        Payer payer = payer(100);
        Reservation running = granted(2, payer, WORTH.times(3));
        Await.result(replicas.get(2).ledger().renew());
        sleep(TERM.toMillis() + 100);
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
        // Its share outlasts the time that it takes to notice the loss.
        replicas.add(ReplicaUnderTest.on(LinkUnderTest.patient(server), "dd", Duration.ofMinutes(1)));
        take(3, share, WORTH);
        take(2, share, WORTH);
        Await.until(
                "it holds more than it needs now",
                () -> replicas.get(3).ledger().reserve(share, WORTH.times(2)) instanceof Verdict.Granted);
        server.kill();
        Await.until(
                "the loss is noticed",
                () -> replicas.stream()
                        .noneMatch(replica -> replica.link().link().isUp()));

        assertThat(obtain(3, share, WORTH)).as("from its share").isInstanceOf(Verdict.Granted.class);
        Verdict tooMuch = obtain(3, share, WORTH.times(500));
        assertThat(tooMuch).isInstanceOf(Verdict.Unleased.class);
        assertThat(((Verdict.Unleased) tooMuch).publicMessage()).contains("cannot be checked now");
        assertThat(obtain(1, share, WORTH)).as("it never had a share").isInstanceOf(Verdict.Unleased.class);
        assertThat(obtain(3, payer(WORTH.times(1000), OnStoreLoss.DENY), WORTH)).isInstanceOf(Verdict.Unleased.class);
        assertThat(obtain(1, payer(WORTH.times(1000), OnStoreLoss.ALLOW), WORTH.times(900)))
                .isInstanceOf(Verdict.Granted.class);
        assertThat(obtain(1, payer(WORTH.times(1000), OnStoreLoss.ALLOW), WORTH.times(200)))
                .as("its own count holds all the same")
                .isInstanceOf(Verdict.Denied.class);
        sleep(TERM.toMillis());
        assertThat(obtain(2, share, WORTH))
                .as("its share may be others' by now")
                .isInstanceOf(Verdict.Unleased.class);
        assertThat(Await.result(replicas.get(3).ledger().obtain(Payer.of(ReplicaUnderTest.ACME, Budget.NONE), WORTH)))
                .as("without a budget nothing changes")
                .isInstanceOf(Verdict.Granted.class);
        assertThat(replicas.get(3).ledger().reserved(Account.of(ReplicaUnderTest.ACME)))
                .isEqualTo(WORTH.times(5));
    }
}
