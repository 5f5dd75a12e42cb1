package dev.fresnel.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every spend store must do. Implementations extend it and hand over an empty store that reads {@link #KEYS}. */
public abstract class SpendStoreContract {
    protected static final TenantId ACME = new TenantId("acme");
    protected static final TenantId OTHER = new TenantId("other");
    protected static final Account ACCOUNT = Account.of(ACME);
    protected static final Account KEY = Account.of(ACME, "ci");
    protected static final Map<TenantId, List<String>> KEYS = Map.of(ACME, List.of("ci"), OTHER, List.of());
    protected static final LocalDate DAY = LocalDate.parse("2026-11-22");

    protected abstract SpendStore store();

    /** Replaces what is stored for {@code ACME} on {@code DAY} by something that is no amount. */
    protected abstract void corrupt();

    /** What a version that counted days only would have stored for {@code ACME}. */
    protected abstract void storeAsBefore(LocalDate day, long nanos);

    /** Values discarded so far, as the store reported them. */
    protected abstract int discarded();

    @Test
    void addsUp_perAccountDayMonthAndAltogether() {
        LocalDate nextMonth = DAY.plusMonths(1);
        List<Future<Void>> additions = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            additions.add(store().add(ACCOUNT, DAY, new Usd(3)));
        }
        additions.add(store().add(KEY, DAY, new Usd(5)));
        additions.add(store().add(Account.of(OTHER), DAY, new Usd(1)));
        additions.add(store().add(ACCOUNT, DAY.plusDays(1), new Usd(7)));
        additions.add(store().add(ACCOUNT, nextMonth, new Usd(11)));
        additions.forEach(Await::result);

        assertThat(spent(DAY))
                .isEqualTo(Map.of(
                        ACCOUNT, spent(1500, 1507, 1518), KEY, spent(5, 5, 5), Account.of(OTHER), spent(1, 1, 1)));
        assertThat(spent(DAY.plusDays(1)).get(ACCOUNT)).isEqualTo(spent(7, 1507, 1518));
        assertThat(spent(DAY.plusDays(2)).get(ACCOUNT)).isEqualTo(spent(0, 1507, 1518));
        assertThat(spent(nextMonth).get(ACCOUNT)).isEqualTo(spent(11, 11, 1518));
    }

    @Test
    void keepsEveryNano_ofLargeAndNegativeAmounts() {
        Await.result(store().add(ACCOUNT, DAY, new Usd(9_007_199_254_740_993L)));
        Await.result(store().add(ACCOUNT, DAY, new Usd(-2)));

        long sum = 9_007_199_254_740_991L;
        assertThat(spent(DAY)).isEqualTo(Map.of(ACCOUNT, spent(sum, sum, sum)));
    }

    @Test
    void startsTheDayAgain_whenItsAmountIsDamaged() {
        Await.result(store().add(ACCOUNT, DAY, new Usd(5)));
        corrupt();

        assertThat(spent(DAY)).isEqualTo(Map.of(ACCOUNT, spent(0, 5, 5)));
        Await.result(store().add(ACCOUNT, DAY, new Usd(2)));

        assertThat(spent(DAY)).isEqualTo(Map.of(ACCOUNT, spent(2, 7, 7)));
        assertThat(discarded()).isPositive();
    }

    @Test
    void takesOverWhatEarlierVersionsKept() {
        LocalDate monthBefore = LocalDate.parse("2026-10-30");
        storeAsBefore(DAY, 40);
        storeAsBefore(DAY.minusDays(3), 2);
        storeAsBefore(monthBefore, 100);

        assertThat(spent(DAY)).isEqualTo(Map.of(ACCOUNT, spent(40, 42, 142)));
        Await.result(store().add(ACCOUNT, DAY, new Usd(1)));
        assertThat(spent(DAY)).isEqualTo(Map.of(ACCOUNT, spent(41, 43, 143)));
    }

    private Map<Account, Spent> spent(LocalDate day) {
        return Await.result(store().spentAsOf(day));
    }

    private static Spent spent(long day, long month, long total) {
        return new Spent(new Usd(day), new Usd(month), new Usd(total));
    }
}
