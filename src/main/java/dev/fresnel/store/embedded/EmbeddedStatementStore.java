package dev.fresnel.store.embedded;

import dev.fresnel.savings.Account;
import dev.fresnel.savings.StatementStore;
import dev.fresnel.savings.Sums;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The savings statement's sums in the {@link EmbeddedStore}, under {@code tenant/day/model}. A tenant's old days are dropped when a new account begins. An addition is
 * durable within {@link EmbeddedStore#COMMIT_EVERY}.
 */
public final class EmbeddedStatementStore implements StatementStore {
    private static final String SAVINGS = "savings";

    private final EmbeddedStore store;

    public EmbeddedStatementStore(EmbeddedStore store) {
        this.store = store;
    }

    private static String name(Account account) {
        // Neither a tenant's id nor a date holds a slash.
        return account.tenant() + "/" + account.day() + "/" + account.model();
    }

    @Override
    public Future<Void> add(Account account, Sums sums) {
        return store.inOrder(access -> {
            Optional<byte[]> before = access.get(SAVINGS, name(account));
            if (before.isEmpty()) {
                dropBefore(access, account.tenant(), account.day().minusDays(KEPT_DAYS));
            }
            Sums sum = before.flatMap(value -> sums(access, name(account), value))
                    .orElse(Sums.NONE)
                    .plus(sums);
            access.put(SAVINGS, name(account), sum.text().getBytes(StandardCharsets.UTF_8));
        });
    }

    @Override
    public Future<Map<Account, Sums>> read(TenantId tenant, LocalDate from, LocalDate to) {
        return store.answered(access -> {
            Map<Account, Sums> known = new HashMap<>();
            access.withPrefix(SAVINGS, tenant + "/").forEach((name, value) -> {
                String rest = name.substring(tenant.value().length() + 1);
                int slash = rest.indexOf('/');
                String day = rest.substring(0, Math.max(0, slash));
                // ISO days sort as text.
                if (day.compareTo(from.toString()) >= 0 && day.compareTo(to.toString()) <= 0) {
                    sums(access, name, value)
                            .ifPresent(sums -> known.put(
                                    new Account(tenant, rest.substring(slash + 1), LocalDate.parse(day)), sums));
                }
            });
            return known;
        });
    }

    private Optional<Sums> sums(EmbeddedStore.Access access, String name, byte[] value) {
        Optional<Sums> sums = Sums.read(new String(value, StandardCharsets.UTF_8));
        if (sums.isEmpty()) {
            access.remove(SAVINGS, name);
            store.report(new StoreProblem.ValueDiscarded("the stored savings of " + name + " were deleted: not sums"));
        }
        return sums;
    }

    private static void dropBefore(EmbeddedStore.Access access, TenantId tenant, LocalDate oldest) {
        String end = tenant + "/" + oldest;
        access.withPrefix(SAVINGS, tenant + "/").keySet().stream()
                .filter(name -> name.compareTo(end) < 0)
                .forEach(name -> access.remove(SAVINGS, name));
    }
}
