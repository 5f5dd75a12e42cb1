package dev.fresnel.savings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.testing.Await;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every statement store must do. Implementations extend it and hand over an empty store. */
public abstract class StatementStoreContract {
    protected static final TenantId ACME = new TenantId("acme");
    protected static final TenantId OTHER = new TenantId("acme.2");
    protected static final LocalDate DAY = LocalDate.parse("2026-11-22");

    /** A name with what could be taken for a separator. */
    protected static final Account ACCOUNT = new Account(ACME, "openai/gpt:4", DAY);

    protected abstract StatementStore store();

    /** Replaces what is stored for {@link #ACCOUNT} by something that is no sums. */
    protected abstract void corrupt();

    /** Values discarded so far, as the store reported them. */
    protected abstract int discarded();

    /** Of a control that cost this much in two turns. */
    protected static Sums sums(double usd) {
        Trial trial = new Trial("openai/gpt:4", Trial.Side.CONTROL, 1.0 / 3, 0.4, usd / 3);
        Sums.Building sums = new Sums.Building();
        Tab tab = new Tab(ACCOUNT, trial);
        tab.pay(new Usd(Math.round(usd * 1e9 / 3)), sums);
        tab.pay(new Usd(Math.round(usd * 2e9 / 3)), sums);
        sums.judged(trial);
        sums.rejudged(trial, 0, 0.7);
        return sums.built();
    }

    protected Map<Account, Sums> read(TenantId tenant, LocalDate from, LocalDate to) {
        return Await.result(store().read(tenant, from, to));
    }

    protected static void same(@Nullable Sums read, Sums expected) {
        Sums actual = Objects.requireNonNull(read, "no sums");
        for (int i = 0; i < Sums.WHOLE; i++) {
            assertThat(actual.whole(i)).as("whole number %d", i).isEqualTo(expected.whole(i));
        }
        for (int i = 0; i < Sums.REAL; i++) {
            assertThat(actual.real(i))
                    .as("real number %d", i)
                    .isCloseTo(expected.real(i), within(1e-12 * Math.max(1e-9, Math.abs(expected.real(i)))));
        }
    }

    @Test
    void addsUp_perAccount() {
        Sums expected = Sums.NONE;
        List<Future<Void>> additions = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            expected = expected.plus(sums(i * 0.0123));
            additions.add(store().add(ACCOUNT, sums(i * 0.0123)));
        }
        Account model = new Account(ACME, Account.UNDECLARED, DAY);
        Account day = new Account(ACME, ACCOUNT.model(), DAY.plusDays(1));
        Account tenant = new Account(OTHER, ACCOUNT.model(), DAY);
        List.of(model, day, tenant).forEach(other -> additions.add(store().add(other, sums(7))));
        additions.forEach(Await::result);

        Map<Account, Sums> known = read(ACME, DAY, DAY.plusDays(1));

        assertThat(known).containsOnlyKeys(ACCOUNT, model, day);
        same(known.get(ACCOUNT), expected);
        same(known.get(day), sums(7));
        assertThat(read(OTHER, DAY, DAY)).containsOnlyKeys(tenant);
    }

    @Test
    void readsTheDaysThatAreAskedFor_bothEndsIncluded() {
        for (int i = 0; i < 5; i++) {
            Await.result(store().add(new Account(ACME, "m", DAY.plusDays(i)), sums(1)));
        }

        assertThat(read(ACME, DAY.plusDays(1), DAY.plusDays(3)).keySet())
                .extracting(Account::day)
                .containsExactlyInAnyOrder(DAY.plusDays(1), DAY.plusDays(2), DAY.plusDays(3));
        assertThat(read(ACME, DAY.minusDays(400), DAY.minusDays(1))).isEmpty();
    }

    @Test
    void startsAgain_whenTheStoredSumsAreDamaged() {
        Await.result(store().add(ACCOUNT, sums(5)));
        corrupt();

        assertThat(read(ACME, DAY, DAY)).isEmpty();
        assertThat(discarded()).isPositive();
    }
}
