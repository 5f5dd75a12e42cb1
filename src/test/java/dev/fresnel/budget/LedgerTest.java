package dev.fresnel.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LedgerTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final LocalDate DAY = LocalDate.of(2026, 3, 1);
    private static final Optional<Usd> LIMIT = Optional.of(new Usd(1000));

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T23:59:00Z"));
    private final HeapSpendStore store = new HeapSpendStore();
    private final List<BudgetStanding> worse = new CopyOnWriteArrayList<>();
    private final Ledger ledger = open(store);

    @Test
    void grantsUpToTheLimitAndNotOneNanoMore() {
        Reservation first = granted(ledger.reserve(payer(LIMIT), new Usd(600)));

        assertThat(ledger.reserve(payer(LIMIT), new Usd(401))).isInstanceOf(Verdict.Denied.class);
        assertThat(ledger.reserve(payer(LIMIT), new Usd(400))).isInstanceOf(Verdict.Granted.class);
        assertThat(first.amount()).isEqualTo(new Usd(600));
        assertThat(ledger.reserved(Account.of(ACME))).isEqualTo(new Usd(1000));
        assertThat(ledger.remaining(payer(LIMIT))).contains(Usd.ZERO);
    }

    @Test
    void denialCarriesTheNumbersAndTheWayOut() {
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(300))), new Usd(250));
        granted(ledger.reserve(payer(LIMIT), new Usd(700)));

        Verdict.Denied denied = (Verdict.Denied) ledger.reserve(payer(LIMIT), new Usd(51));

        assertThat(denied.remaining()).isEqualTo(new Usd(50));
        assertThat(denied.resetsAt()).contains(Instant.parse("2026-03-02T00:00:00Z"));
        assertThat(denied.publicMessage(Optional.of(new Verdict.Thrift(new Usd(50), "lower max_completion_tokens"))))
                .isEqualTo(
                        "The daily budget of this tenant, 0.000001 USD, does not cover this request: it may cost up to"
                                + " 0.000000051 USD and 0.00000005 USD is left (0.00000025 spent, 0.0000007 reserved for running"
                                + " requests). Lower max_completion_tokens, or send it again when running requests have ended, or"
                                + " wait until 2026-03-02T00:00:00Z, when it begins anew, or ask the operator to raise it.");
    }

    /** What does not help is not proposed. */
    @Test
    void denialProposesOnlyWhatHelps() {
        Optional<Verdict.Thrift> shorter = Optional.of(new Verdict.Thrift(new Usd(50), "set max_completion_tokens"));
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(960))), new Usd(960));

        assertThat(denied(payer(LIMIT), 51).publicMessage(shorter))
                .as("even the shortest answer costs more than is left")
                .contains("0.00000004 USD is left")
                .endsWith("). Wait until 2026-03-02T00:00:00Z, when it begins anew, or ask the operator to raise it.");

        settle(granted(ledger.reserve(payer(LIMIT), new Usd(40))), new Usd(40));

        assertThat(denied(payer(LIMIT), 1).publicMessage(Optional.of(new Verdict.Thrift(Usd.ZERO, "set it"))))
                .isEqualTo(
                        "The daily budget of this tenant, 0.000001 USD, is used up: 0.000001 USD are spent. Wait until"
                                + " 2026-03-02T00:00:00Z, when it begins anew, or ask the operator to raise it.");
    }

    @Test
    void denialOfATotal_isForTheOperatorToLift() {
        Payer payer = Payer.of(ACME, new Budget(Optional.empty(), Optional.empty(), Optional.of(new Usd(10))));

        assertThat(denied(payer, 11).publicMessage())
                .startsWith("The total budget of this tenant, 0.00000001 USD, does not cover")
                .endsWith("). Ask the operator to raise it.");
    }

    private Verdict.Denied denied(Payer payer, long nanos) {
        return (Verdict.Denied) ledger.reserve(payer, new Usd(nanos));
    }

    @Test
    void remainingIsNeverNegative_whenTheLimitWasLowered() {
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(900))), new Usd(900));
        Optional<Usd> lowered = Optional.of(new Usd(100));

        Verdict.Denied denied = (Verdict.Denied) ledger.reserve(payer(lowered), Usd.ZERO);

        assertThat(denied.remaining()).isEqualTo(Usd.ZERO);
        assertThat(ledger.remaining(payer(lowered))).contains(Usd.ZERO);
    }

    @Test
    void returnsWhatWasNotUsed_whenSettled() {
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(800))), new Usd(100));

        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(new Usd(100));
        assertThat(ledger.remaining(payer(LIMIT))).contains(new Usd(900));
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(100));
    }

    @Test
    void settlesOnce_whenEveryPathSettles() {
        Reservation reservation = granted(ledger.reserve(payer(LIMIT), new Usd(800)));

        settle(reservation, new Usd(100));
        settle(reservation, new Usd(700));
        settle(reservation, Usd.ZERO);

        assertThat(reservation.isOpen()).isFalse();
        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(new Usd(100));
        assertThat(ledger.reserved(Account.of(ACME))).isEqualTo(Usd.ZERO);
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(100));
    }

    @Test
    void booksInFull_whenTheRequestCostMoreThanReserved() {
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(10))), new Usd(5000));

        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(new Usd(5000));
        assertThat(ledger.reserve(payer(LIMIT), Usd.ZERO)).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void startsFromZero_whenTheUtcDayRollsOver() {
        Reservation overnight = granted(ledger.reserve(payer(LIMIT), new Usd(600)));
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(400))), new Usd(400));

        now.set(Instant.parse("2026-03-02T00:00:01Z"));

        assertThat(ledger.remaining(payer(LIMIT))).contains(new Usd(1000));
        granted(ledger.reserve(payer(LIMIT), new Usd(1000)));
        settle(overnight, new Usd(500));
        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(Usd.ZERO);
        assertThat(ledger.reserved(Account.of(ACME))).isEqualTo(new Usd(1000));
        assertThat(store.spent(ACME, DAY))
                .as("the overnight request belongs to the day that granted it")
                .isEqualTo(new Usd(900));
    }

    @Test
    void forgetsNothing_whenTheClockStepsBackAcrossMidnight() {
        now.set(Instant.parse("2026-03-02T00:00:01Z"));
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(900))), new Usd(900));

        now.set(Instant.parse("2026-03-01T23:59:59Z"));

        assertThat(ledger.reserve(payer(LIMIT), new Usd(200))).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void continuesTodaysCount_afterARestart() {
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(800))), new Usd(800));

        Ledger restarted = open(store);

        assertThat(restarted.spent(Account.of(ACME)).day()).isEqualTo(new Usd(800));
        assertThat(restarted.reserve(payer(LIMIT), new Usd(201))).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void grantsAlwaysAndCounts_whenThereIsNoLimit() {
        settle(granted(ledger.reserve(payer(Optional.empty()), new Usd(Long.MAX_VALUE))), new Usd(7));

        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(new Usd(7));
        assertThat(ledger.remaining(payer(Optional.empty()))).isEmpty();
    }

    @Test
    void denies_whenTheWorstCaseIsAbsurd() {
        granted(ledger.reserve(payer(LIMIT), new Usd(5)));

        assertThat(ledger.reserve(payer(LIMIT), new Usd(Long.MAX_VALUE))).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void keepsTenantsApart() {
        granted(ledger.reserve(payer(LIMIT), new Usd(1000)));

        assertThat(ledger.reserve(Payer.of(new TenantId("other"), LIMIT), new Usd(1000)))
                .isInstanceOf(Verdict.Granted.class);
    }

    @Test
    void countsABackgroundLensAgainstToday() {
        assertThat(ledger.charge(Account.of(ACME), new Usd(990)).succeeded()).isTrue();

        assertThat(ledger.reserve(payer(LIMIT), new Usd(11))).isInstanceOf(Verdict.Denied.class);
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(990));
    }

    @Test
    void treatsANegativeCostAsNothing() {
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(10))), new Usd(-5));

        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(Usd.ZERO);
    }

    @Test
    void refusesANegativeReservation() {
        assertThatThrownBy(() -> ledger.reserve(payer(LIMIT), new Usd(-1))).hasMessageContaining("not negative");
    }

    @Test
    void saysSo_whenTheStoreCannotBeTold_butCountsInMemory() {
        Ledger unlucky = open(new AwaySpendStore());

        Future<Void> told = unlucky.settle(granted(unlucky.reserve(payer(LIMIT), new Usd(10))), new Usd(9));

        assertThat(told.failed()).isTrue();
        assertThat(unlucky.spent(Account.of(ACME)).day()).isEqualTo(new Usd(9));
    }

    /** Four threads reserve and settle at random; at no moment may spent plus reserved exceed the cap. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverExceedsTheCap_underConcurrentRequests(long seed) throws Exception {
        Optional<Usd> cap = Optional.of(new Usd(100_000));
        AtomicLong settled = new AtomicLong();
        AtomicLong overruns = new AtomicLong();
        AtomicLong denials = new AtomicLong();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            Random random = new Random(seed * 31 + w);
            workers.add(() -> {
                List<Reservation> open = new ArrayList<>();
                for (int i = 0; i < 2000; i++) {
                    switch (ledger.reserve(payer(cap), new Usd(random.nextInt(500)))) {
                        case Verdict.Granted(Reservation reservation) -> open.add(reservation);
                        case Verdict.Denied _, Verdict.Unleased _ -> denials.incrementAndGet();
                    }
                    if (ledger.spent(Account.of(ACME)).day().nanos() > 100_000) {
                        overruns.incrementAndGet();
                    }
                    if (!open.isEmpty() && random.nextInt(3) > 0) {
                        Reservation one = open.removeLast();
                        Usd actual = new Usd(random.nextLong(one.amount().nanos() + 1));
                        settled.addAndGet(actual.nanos());
                        settle(one, actual);
                        settle(one, new Usd(1_000_000));
                    }
                }
                open.forEach(left -> settle(left, Usd.ZERO));
                return null;
            });
        }

        try (var executor = Executors.newFixedThreadPool(4)) {
            for (var done : executor.invokeAll(workers)) {
                done.get();
            }
        }

        assertThat(denials).as("the cap was reached").hasPositiveValue();
        assertThat(overruns).hasValue(0);
        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(new Usd(settled.get()));
        assertThat(settled.get()).isLessThanOrEqualTo(100_000);
        assertThat(ledger.reserved(Account.of(ACME))).isEqualTo(Usd.ZERO);
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(settled.get()));
    }

    @Test
    void takesOverWhatOtherReplicasSpent_andNeverForgetsItsOwn() {
        settle(granted(ledger.reserve(payer(LIMIT), new Usd(300))), new Usd(250));
        Ledger other = open(store);
        assertThat(other.settle(granted(other.reserve(payer(LIMIT), new Usd(600))), new Usd(600))
                        .succeeded())
                .isTrue();

        assertThat(ledger.refresh().succeeded()).isTrue();

        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(new Usd(850));
        assertThat(ledger.reserve(payer(LIMIT), new Usd(151))).isInstanceOf(Verdict.Denied.class);
        Ledger behind = Ledger.unread(new HeapSpendStore(), now::get, worse::add);
        assertThat(behind.charge(Account.of(ACME), new Usd(5)).succeeded()).isTrue();
        assertThat(behind.refresh().succeeded()).isTrue();
        assertThat(behind.spent(Account.of(ACME)).day()).isEqualTo(new Usd(5));
    }

    private static Payer payer(Optional<Usd> daily) {
        return Payer.of(ACME, daily);
    }

    private static Budget budget(long daily, long monthly, long total) {
        return new Budget(Optional.of(new Usd(daily)), Optional.of(new Usd(monthly)), Optional.of(new Usd(total)));
    }

    /** Reserves and settles in full. */
    private void spend(Payer payer, long nanos) {
        settle(granted(ledger.reserve(payer, new Usd(nanos))), new Usd(nanos));
    }

    @Test
    void everyPeriodHolds_andTheTightestIsWhatIsLeft() {
        Payer payer = Payer.of(ACME, budget(100, 150, 220));
        spend(payer, 100);
        assertThat(((Verdict.Denied) ledger.reserve(payer, new Usd(1))).of().period())
                .isEqualTo(Period.DAY);

        now.set(Instant.parse("2026-03-02T12:00:00Z"));
        assertThat(ledger.remaining(payer)).contains(new Usd(50));
        Verdict.Denied month = (Verdict.Denied) ledger.reserve(payer, new Usd(51));
        assertThat(month.of().period()).isEqualTo(Period.MONTH);
        assertThat(month.resetsAt()).contains(Instant.parse("2026-04-01T00:00:00Z"));
        assertThat(month.publicMessage()).contains("monthly budget", "2026-04-01");
        spend(payer, 50);

        now.set(Instant.parse("2026-04-01T00:00:00Z"));
        assertThat(ledger.remaining(payer)).contains(new Usd(70));
        Verdict.Denied total = (Verdict.Denied) ledger.reserve(payer, new Usd(71));
        assertThat(total.of().period()).isEqualTo(Period.TOTAL);
        assertThat(total.resetsAt()).isEmpty();
        assertThat(total.publicMessage()).contains("total budget").doesNotContain("wait until");
        assertThat(ledger.spent(Account.of(ACME))).isEqualTo(new Spent(Usd.ZERO, Usd.ZERO, new Usd(150)));
    }

    @Test
    void everybodyWhoPaysHasTheSameDay_whenMidnightComesInBetween() {
        Payer ci = payer(LIMIT).by("ci", Budget.daily(new Usd(1000)));
        Instant midnight = Instant.parse("2026-03-02T00:00:00Z");
        Ledger ticking = Ledger.unread(store, () -> now.getAndSet(midnight), _ -> {});

        Reservation late = granted(ticking.reserve(ci, new Usd(600)));

        assertThat(late.day()).isEqualTo(DAY);
        assertThat(ticking.settle(late, new Usd(500)).succeeded()).isTrue();
        for (Payer.Line line : ci.lines()) {
            assertThat(ticking.spent(line.account())).isEqualTo(new Spent(Usd.ZERO, new Usd(500), new Usd(500)));
            assertThat(ticking.reserved(line.account())).isEqualTo(Usd.ZERO);
        }
    }

    @Test
    void aRequestOverMidnight_staysReservedForTheMonth() {
        Payer payer = Payer.of(ACME, budget(100, 150, 1000));
        Reservation overnight = granted(ledger.reserve(payer, new Usd(100)));

        now.set(Instant.parse("2026-03-02T00:00:01Z"));

        assertThat(ledger.reserve(payer, new Usd(51))).isInstanceOf(Verdict.Denied.class);
        spend(payer, 50);
        settle(overnight, new Usd(40));
        assertThat(ledger.spent(Account.of(ACME))).isEqualTo(new Spent(new Usd(50), new Usd(90), new Usd(90)));
        assertThat(ledger.remaining(payer)).contains(new Usd(50));
    }

    @Test
    void aKeysBudgetIsPartOfItsTenants() {
        Payer ci = Payer.of(ACME, LIMIT).by("ci", Budget.daily(new Usd(300)));
        Payer dev = Payer.of(ACME, LIMIT).by("dev", Budget.NONE);
        spend(ci, 200);
        spend(dev, 700);

        assertThat(ledger.reserve(ci, new Usd(101))).isInstanceOf(Verdict.Denied.class);
        assertThat(((Verdict.Denied) ledger.reserve(dev, new Usd(101))).of().account())
                .isEqualTo(Account.of(ACME));
        assertThat(ledger.reserve(ci, new Usd(100))).isInstanceOf(Verdict.Granted.class);
        assertThat(ledger.spent(Account.of(ACME)).day()).isEqualTo(new Usd(900));
        assertThat(ledger.spent(Account.of(ACME, "ci")).day()).isEqualTo(new Usd(200));
        assertThat(ledger.reserved(Account.of(ACME)))
                .as("what one limit refuses is set aside nowhere")
                .isEqualTo(new Usd(100));
    }

    @Test
    void aKeysRefusalNamesTheKey() {
        Payer ci = Payer.of(ACME, LIMIT).by("ci", Budget.daily(new Usd(300)));

        Verdict.Denied denied = (Verdict.Denied) ledger.reserve(ci, new Usd(301));

        assertThat(denied.of().account()).isEqualTo(Account.of(ACME, "ci"));
        assertThat(denied.publicMessage()).contains("daily budget of the key 'ci'");
        assertThat(ledger.reserved(Account.of(ACME))).isEqualTo(Usd.ZERO);
    }

    @Test
    void eachStateIsToldOnce_andAgainOnTheNextDay() {
        Payer payer = payer(LIMIT);
        assertThat(ledger.state(payer)).isEqualTo(BudgetState.AMPLE);
        for (int i = 0; i < 19; i++) {
            spend(payer, 50);
        }
        assertThat(ledger.reserve(payer, new Usd(51))).isInstanceOf(Verdict.Denied.class);
        assertThat(ledger.reserve(payer, new Usd(51))).isInstanceOf(Verdict.Denied.class);

        assertThat(worse)
                .extracting(BudgetStanding::state)
                .containsExactly(BudgetState.LOW, BudgetState.WARNING, BudgetState.CRITICAL, BudgetState.EXHAUSTED);
        assertThat(worse.get(1).spent()).as("at 20 % left").isEqualTo(new Usd(800));
        assertThat(ledger.state(payer)).isEqualTo(BudgetState.EXHAUSTED);

        now.set(Instant.parse("2026-03-02T00:00:01Z"));
        assertThat(ledger.state(payer)).isEqualTo(BudgetState.AMPLE);
        spend(payer, 950);
        assertThat(worse).hasSize(5);
        assertThat(worse.getLast().state()).isEqualTo(BudgetState.CRITICAL);
    }

    @Test
    void aBudgetOfZero_isExhaustedFromTheStart() {
        Payer payer = payer(Optional.of(Usd.ZERO));

        assertThat(ledger.reserve(payer, new Usd(1))).isInstanceOf(Verdict.Denied.class);
        assertThat(ledger.state(payer)).isEqualTo(BudgetState.EXHAUSTED);
    }

    @Test
    void aRaisedLimit_mayBeToldAboutAnew() {
        spend(payer(LIMIT), 950);
        Payer raised = payer(Optional.of(new Usd(10_000)));

        spend(raised, 1);
        assertThat(ledger.state(raised)).isEqualTo(BudgetState.AMPLE);
        spend(raised, 8_500);

        assertThat(worse).extracting(BudgetStanding::state).containsExactly(BudgetState.CRITICAL, BudgetState.CRITICAL);
    }

    private Ledger open(SpendStore spendStore) {
        return Ledger.open(spendStore, now::get, worse::add).result();
    }

    @CanIgnoreReturnValue
    private static Reservation granted(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Granted.class);
        return ((Verdict.Granted) verdict).reservation();
    }

    private void settle(Reservation reservation, Usd actual) {
        assertThat(ledger.settle(reservation, actual).succeeded()).isTrue();
    }

    /** Reads as empty and refuses every addition. */
    private static final class AwaySpendStore implements SpendStore {
        @Override
        public Future<Map<Account, Spent>> spentAsOf(LocalDate day) {
            return Future.succeededFuture(Map.of());
        }

        @Override
        public Future<Void> add(Account account, LocalDate day, Usd amount) {
            return Future.failedFuture("store away");
        }
    }
}
