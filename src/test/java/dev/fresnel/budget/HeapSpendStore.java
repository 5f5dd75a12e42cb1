package dev.fresnel.budget;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A spend store that forgets everything when the test ends. */
public final class HeapSpendStore implements SpendStore {
    private final Map<Account, Map<LocalDate, Usd>> accounts = new ConcurrentHashMap<>();

    @Override
    public Future<Map<Account, Spent>> spentAsOf(LocalDate day) {
        Map<Account, Spent> spent = new HashMap<>();
        accounts.forEach((account, days) -> {
            Spent sum = Spent.NOTHING;
            for (Map.Entry<LocalDate, Usd> one : days.entrySet()) {
                sum = sum.plus(one.getValue(), one.getKey(), day);
            }
            spent.put(account, sum);
        });
        return Future.succeededFuture(spent);
    }

    @Override
    public Future<Void> add(Account account, LocalDate day, Usd amount) {
        accounts.computeIfAbsent(account, _ -> new ConcurrentHashMap<>()).merge(day, amount, Usd::plus);
        return Future.succeededFuture();
    }

    public Usd spent(TenantId tenant, LocalDate day) {
        return accounts.getOrDefault(Account.of(tenant), Map.of()).getOrDefault(day, Usd.ZERO);
    }
}
