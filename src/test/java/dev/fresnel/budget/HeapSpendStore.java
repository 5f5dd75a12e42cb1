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
    private final Map<LocalDate, Map<TenantId, Usd>> days = new ConcurrentHashMap<>();

    @Override
    public Future<Map<TenantId, Usd>> spentOn(LocalDate day) {
        return Future.succeededFuture(new HashMap<>(days.getOrDefault(day, Map.of())));
    }

    @Override
    public Future<Void> add(TenantId tenant, LocalDate day, Usd amount) {
        days.computeIfAbsent(day, key -> new ConcurrentHashMap<>()).merge(tenant, amount, Usd::plus);
        return Future.succeededFuture();
    }

    public Usd spent(TenantId tenant, LocalDate day) {
        return days.getOrDefault(day, Map.of()).getOrDefault(tenant, Usd.ZERO);
    }
}
