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

/** What every spend store must do. Implementations extend it and hand over an empty store that reads {@link #TENANTS}. */
public abstract class SpendStoreContract {
    protected static final TenantId ACME = new TenantId("acme");
    protected static final TenantId OTHER = new TenantId("other");
    protected static final List<TenantId> TENANTS = List.of(ACME, OTHER);
    protected static final LocalDate DAY = LocalDate.parse("2026-11-22");

    protected abstract SpendStore store();

    /** Replaces what is stored for {@code ACME} on {@code DAY} by something that is no amount. */
    protected abstract void corrupt();

    /** Values discarded so far, as the store reported them. */
    protected abstract int discarded();

    @Test
    void addsUp_perTenantAndDay() {
        List<Future<Void>> additions = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            additions.add(store().add(ACME, DAY, new Usd(3)));
        }
        additions.add(store().add(OTHER, DAY, new Usd(1)));
        additions.add(store().add(ACME, DAY.plusDays(1), new Usd(7)));
        additions.forEach(Await::result);

        assertThat(Await.result(store().spentOn(DAY))).isEqualTo(Map.of(ACME, new Usd(1500), OTHER, new Usd(1)));
        assertThat(Await.result(store().spentOn(DAY.plusDays(1)))).isEqualTo(Map.of(ACME, new Usd(7)));
        assertThat(Await.result(store().spentOn(DAY.plusDays(2)))).isEmpty();
    }

    @Test
    void keepsEveryNano_ofLargeAndNegativeAmounts() {
        Await.result(store().add(ACME, DAY, new Usd(9_007_199_254_740_993L)));
        Await.result(store().add(ACME, DAY, new Usd(-2)));

        assertThat(Await.result(store().spentOn(DAY))).isEqualTo(Map.of(ACME, new Usd(9_007_199_254_740_991L)));
    }

    @Test
    void startsAgain_whenTheStoredAmountIsDamaged() {
        Await.result(store().add(ACME, DAY, new Usd(5)));
        corrupt();

        assertThat(Await.result(store().spentOn(DAY))).isEmpty();
        Await.result(store().add(ACME, DAY, new Usd(2)));

        assertThat(Await.result(store().spentOn(DAY))).isEqualTo(Map.of(ACME, new Usd(2)));
        assertThat(discarded()).isPositive();
    }
}
