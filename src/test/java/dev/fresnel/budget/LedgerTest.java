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
    private final Ledger ledger = open(store);

    @Test
    void grantsUpToTheLimitAndNotOneNanoMore() {
        Reservation first = granted(ledger.reserve(ACME, LIMIT, new Usd(600)));

        assertThat(ledger.reserve(ACME, LIMIT, new Usd(401))).isInstanceOf(Verdict.Denied.class);
        assertThat(ledger.reserve(ACME, LIMIT, new Usd(400))).isInstanceOf(Verdict.Granted.class);
        assertThat(first.amount()).isEqualTo(new Usd(600));
        assertThat(ledger.reservedToday(ACME)).isEqualTo(new Usd(1000));
        assertThat(ledger.remaining(ACME, LIMIT)).contains(Usd.ZERO);
    }

    @Test
    void denialCarriesTheNumbersAndTheWayOut() {
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(300))), new Usd(250));
        granted(ledger.reserve(ACME, LIMIT, new Usd(700)));

        Verdict.Denied denied = (Verdict.Denied) ledger.reserve(ACME, LIMIT, new Usd(51));

        assertThat(denied.remaining()).isEqualTo(new Usd(50));
        assertThat(denied.resetsAt()).isEqualTo(Instant.parse("2026-03-02T00:00:00Z"));
        assertThat(denied.publicMessage())
                .contains("0.000001 USD", "0.000000051", "0.00000005 USD is left", "2026-03-02T00:00:00Z")
                .contains("max_completion_tokens");
    }

    @Test
    void remainingIsNeverNegative_whenTheLimitWasLowered() {
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(900))), new Usd(900));
        Optional<Usd> lowered = Optional.of(new Usd(100));

        Verdict.Denied denied = (Verdict.Denied) ledger.reserve(ACME, lowered, Usd.ZERO);

        assertThat(denied.remaining()).isEqualTo(Usd.ZERO);
        assertThat(ledger.remaining(ACME, lowered)).contains(Usd.ZERO);
    }

    @Test
    void returnsWhatWasNotUsed_whenSettled() {
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(800))), new Usd(100));

        assertThat(ledger.spentToday(ACME)).isEqualTo(new Usd(100));
        assertThat(ledger.remaining(ACME, LIMIT)).contains(new Usd(900));
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(100));
    }

    @Test
    void settlesOnce_whenEveryPathSettles() {
        Reservation reservation = granted(ledger.reserve(ACME, LIMIT, new Usd(800)));

        settle(reservation, new Usd(100));
        settle(reservation, new Usd(700));
        settle(reservation, Usd.ZERO);

        assertThat(reservation.isOpen()).isFalse();
        assertThat(ledger.spentToday(ACME)).isEqualTo(new Usd(100));
        assertThat(ledger.reservedToday(ACME)).isEqualTo(Usd.ZERO);
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(100));
    }

    @Test
    void booksInFull_whenTheRequestCostMoreThanReserved() {
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(10))), new Usd(5000));

        assertThat(ledger.spentToday(ACME)).isEqualTo(new Usd(5000));
        assertThat(ledger.reserve(ACME, LIMIT, Usd.ZERO)).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void startsFromZero_whenTheUtcDayRollsOver() {
        Reservation overnight = granted(ledger.reserve(ACME, LIMIT, new Usd(600)));
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(400))), new Usd(400));

        now.set(Instant.parse("2026-03-02T00:00:01Z"));

        assertThat(ledger.remaining(ACME, LIMIT)).contains(new Usd(1000));
        granted(ledger.reserve(ACME, LIMIT, new Usd(1000)));
        settle(overnight, new Usd(500));
        assertThat(ledger.spentToday(ACME)).isEqualTo(Usd.ZERO);
        assertThat(ledger.reservedToday(ACME)).isEqualTo(new Usd(1000));
        assertThat(store.spent(ACME, DAY))
                .as("the overnight request belongs to the day that granted it")
                .isEqualTo(new Usd(900));
    }

    @Test
    void forgetsNothing_whenTheClockStepsBackAcrossMidnight() {
        now.set(Instant.parse("2026-03-02T00:00:01Z"));
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(900))), new Usd(900));

        now.set(Instant.parse("2026-03-01T23:59:59Z"));

        assertThat(ledger.reserve(ACME, LIMIT, new Usd(200))).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void continuesTodaysCount_afterARestart() {
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(800))), new Usd(800));

        Ledger restarted = open(store);

        assertThat(restarted.spentToday(ACME)).isEqualTo(new Usd(800));
        assertThat(restarted.reserve(ACME, LIMIT, new Usd(201))).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void grantsAlwaysAndCounts_whenThereIsNoLimit() {
        settle(granted(ledger.reserve(ACME, Optional.empty(), new Usd(Long.MAX_VALUE))), new Usd(7));

        assertThat(ledger.spentToday(ACME)).isEqualTo(new Usd(7));
        assertThat(ledger.remaining(ACME, Optional.empty())).isEmpty();
    }

    @Test
    void denies_whenTheWorstCaseIsAbsurd() {
        granted(ledger.reserve(ACME, LIMIT, new Usd(5)));

        assertThat(ledger.reserve(ACME, LIMIT, new Usd(Long.MAX_VALUE))).isInstanceOf(Verdict.Denied.class);
    }

    @Test
    void keepsTenantsApart() {
        granted(ledger.reserve(ACME, LIMIT, new Usd(1000)));

        assertThat(ledger.reserve(new TenantId("other"), LIMIT, new Usd(1000))).isInstanceOf(Verdict.Granted.class);
    }

    @Test
    void countsABackgroundLensAgainstToday() {
        assertThat(ledger.charge(ACME, new Usd(990)).succeeded()).isTrue();

        assertThat(ledger.reserve(ACME, LIMIT, new Usd(11))).isInstanceOf(Verdict.Denied.class);
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(990));
    }

    @Test
    void treatsANegativeCostAsNothing() {
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(10))), new Usd(-5));

        assertThat(ledger.spentToday(ACME)).isEqualTo(Usd.ZERO);
    }

    @Test
    void refusesANegativeReservation() {
        assertThatThrownBy(() -> ledger.reserve(ACME, LIMIT, new Usd(-1))).hasMessageContaining("not negative");
    }

    @Test
    void saysSo_whenTheStoreCannotBeTold_butCountsInMemory() {
        Ledger unlucky = open(new AwaySpendStore());

        Future<Void> told = unlucky.settle(granted(unlucky.reserve(ACME, LIMIT, new Usd(10))), new Usd(9));

        assertThat(told.failed()).isTrue();
        assertThat(unlucky.spentToday(ACME)).isEqualTo(new Usd(9));
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
                    switch (ledger.reserve(ACME, cap, new Usd(random.nextInt(500)))) {
                        case Verdict.Granted(Reservation reservation) -> open.add(reservation);
                        case Verdict.Denied denied -> denials.incrementAndGet();
                    }
                    if (ledger.spentToday(ACME).nanos() > 100_000) {
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
        assertThat(ledger.spentToday(ACME)).isEqualTo(new Usd(settled.get()));
        assertThat(settled.get()).isLessThanOrEqualTo(100_000);
        assertThat(ledger.reservedToday(ACME)).isEqualTo(Usd.ZERO);
        assertThat(store.spent(ACME, DAY)).isEqualTo(new Usd(settled.get()));
    }

    @Test
    void takesOverWhatOtherReplicasSpent_andNeverForgetsItsOwn() {
        settle(granted(ledger.reserve(ACME, LIMIT, new Usd(300))), new Usd(250));
        Ledger other = open(store);
        assertThat(other.settle(granted(other.reserve(ACME, LIMIT, new Usd(600))), new Usd(600))
                        .succeeded())
                .isTrue();

        assertThat(ledger.refresh().succeeded()).isTrue();

        assertThat(ledger.spentToday(ACME)).isEqualTo(new Usd(850));
        assertThat(ledger.reserve(ACME, LIMIT, new Usd(151))).isInstanceOf(Verdict.Denied.class);
        Ledger behind = Ledger.unread(new HeapSpendStore(), now::get);
        assertThat(behind.charge(ACME, new Usd(5)).succeeded()).isTrue();
        assertThat(behind.refresh().succeeded()).isTrue();
        assertThat(behind.spentToday(ACME)).isEqualTo(new Usd(5));
    }

    private Ledger open(SpendStore spendStore) {
        return Ledger.open(spendStore, now::get).result();
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
        public Future<Map<TenantId, Usd>> spentOn(LocalDate day) {
            return Future.succeededFuture(Map.of());
        }

        @Override
        public Future<Void> add(TenantId tenant, LocalDate day, Usd amount) {
            return Future.failedFuture("store away");
        }
    }
}
