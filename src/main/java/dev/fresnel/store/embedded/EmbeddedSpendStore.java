package dev.fresnel.store.embedded;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Period;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.budget.Spent;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Spend in the {@link EmbeddedStore}: nano-dollars under {@code WINDOW/tenant} and {@code WINDOW/tenant/key}, where the window is a day, a
 * month or {@code total}. Days older than {@value #KEPT_DAYS} are dropped when a newer one begins. An addition is durable within
 * {@link EmbeddedStore#COMMIT_EVERY}. A file from when days alone were kept gets its months and totals from them.
 */
public final class EmbeddedSpendStore implements SpendStore {
    private static final String SPEND = "spend";
    private static final String TOTALS = "total/";
    private static final int KEPT_DAYS = 35;
    private static final int DAY_CHARS = "2026-11-27".length();

    private final EmbeddedStore store;
    /** The worker thread's: whether days from before there were totals have been looked for. */
    private boolean summedUp;

    public EmbeddedSpendStore(EmbeddedStore store) {
        this.store = store;
    }

    @Override
    public Future<Map<Account, Spent>> spentAsOf(LocalDate day) {
        return store.answered(access -> {
            sumUpDays(access);
            Map<Account, Spent> spent = new HashMap<>();
            for (String name : access.withPrefix(SPEND, TOTALS).keySet()) {
                Account account = account(name.substring(TOTALS.length()));
                Spent known = new Spent(
                        amount(access, Period.DAY, day, account),
                        amount(access, Period.MONTH, day, account),
                        amount(access, Period.TOTAL, day, account));
                if (!known.equals(Spent.NOTHING)) {
                    spent.put(account, known);
                }
            }
            return spent;
        });
    }

    @Override
    public Future<Void> add(Account account, LocalDate day, Usd amount) {
        return store.inOrder(access -> {
            sumUpDays(access);
            if (access.get(SPEND, name(Period.DAY, day, account)).isEmpty()) {
                dropBefore(access, day.minusDays(KEPT_DAYS));
            }
            for (Period period : Period.values()) {
                put(
                        access,
                        name(period, day, account),
                        amount(access, period, day, account).plus(amount));
            }
        });
    }

    /** Totals are there from the first addition on; without one, days are from before there were any. */
    private void sumUpDays(EmbeddedStore.Access access) {
        if (summedUp) {
            return;
        }
        summedUp = true;
        if (!access.withPrefix(SPEND, TOTALS).isEmpty()) {
            return;
        }
        for (String name : access.withPrefix(SPEND, "").keySet()) {
            Optional<Usd> spent = access.get(SPEND, name).flatMap(value -> amount(access, name, value));
            if (spent.isPresent() && name.indexOf('/') == DAY_CHARS) {
                LocalDate day = LocalDate.parse(name.substring(0, DAY_CHARS));
                Account account = account(name.substring(DAY_CHARS + 1));
                for (Period period : List.of(Period.MONTH, Period.TOTAL)) {
                    put(
                            access,
                            name(period, day, account),
                            amount(access, period, day, account).plus(spent.get()));
                }
            }
        }
    }

    private static String name(Period period, LocalDate day, Account account) {
        return period.window(day) + "/" + account;
    }

    /** Neither tenants' ids nor keys' names have a slash. */
    private static Account account(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? Account.of(new TenantId(text))
                : Account.of(new TenantId(text.substring(0, slash)), text.substring(slash + 1));
    }

    private static void put(EmbeddedStore.Access access, String name, Usd amount) {
        access.put(
                SPEND,
                name,
                ByteBuffer.allocate(Long.BYTES).putLong(amount.nanos()).array());
    }

    private Usd amount(EmbeddedStore.Access access, Period period, LocalDate day, Account account) {
        String name = name(period, day, account);
        return access.get(SPEND, name)
                .flatMap(value -> amount(access, name, value))
                .orElse(Usd.ZERO);
    }

    private Optional<Usd> amount(EmbeddedStore.Access access, String name, byte[] value) {
        if (value.length == Long.BYTES) {
            return Optional.of(new Usd(ByteBuffer.wrap(value).getLong()));
        }
        access.remove(SPEND, name);
        store.report(new StoreProblem.ValueDiscarded("the stored spend " + name + " was deleted: not an amount"));
        return Optional.empty();
    }

    /** ISO days and months sort as text; {@code total} sorts behind them. */
    private static void dropBefore(EmbeddedStore.Access access, LocalDate oldest) {
        access.withPrefix(SPEND, "").keySet().stream()
                .takeWhile(name -> name.compareTo(oldest.toString()) < 0)
                .forEach(name -> access.remove(SPEND, name));
    }
}
