package dev.fresnel.observe;

import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names by which metrics tell tenants apart: those of the first tenants of the config, and one for all others together. A name once
 * given is kept, since its counters are, so that neither many tenants nor many configs one after another make series without end.
 * Thread-safe.
 */
final class TenantLabels {
    /** No tenant can be called so. */
    static final String OTHERS = "*";

    private final int most;
    private final Set<TenantId> named = ConcurrentHashMap.newKeySet();

    /** @param most names given, {@link #OTHERS} not counted */
    TenantLabels(int most) {
        this.most = most;
    }

    /** Names these tenants in this order, as far as there are names left. */
    synchronized void name(List<TenantId> tenants) {
        tenants.stream().takeWhile(_ -> named.size() < most).forEach(named::add);
    }

    String of(TenantId tenant) {
        return named.contains(tenant) ? tenant.value() : OTHERS;
    }

    /** Those with a name of their own: what cannot be added up is told of them only. */
    List<TenantId> named(List<TenantId> tenants) {
        return tenants.stream().filter(named::contains).toList();
    }

    boolean isNamed(TenantId tenant) {
        return named.contains(tenant);
    }
}
