package dev.fresnel.tenant;

import dev.fresnel.value.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * Keeps tenants and keys within their limits, in this process. Counts outlive a config; a limit is that of the config a request came
 * under. Thread-safe; never waits.
 */
public final class Limiter {
    private final LongSupplier nanos;
    private final BiConsumer<TenantId, Limit> exceeded;
    private final Map<Owner, Account> accounts = new ConcurrentHashMap<>();
    private volatile int replicas = 1;

    /** @param key of a tenant; empty: the tenant itself */
    record Owner(TenantId tenant, Optional<String> key) {}

    /**
     * @param nanos a monotonic clock, in nanoseconds
     * @param exceeded told of every refusal; must not block
     */
    public Limiter(LongSupplier nanos, BiConsumer<TenantId, Limit> exceeded) {
        this.nanos = nanos;
        this.exceeded = exceeded;
    }

    /** For one request: nothing is taken yet. */
    public Pass pass(Tenant tenant, Optional<TenantKey> key) {
        List<Pass.Bound> bounds = new ArrayList<>(2);
        bound(new Owner(tenant.id(), Optional.empty()), tenant.limits(), bounds);
        key.ifPresent(shown -> bound(new Owner(tenant.id(), Optional.of(shown.name())), shown.limits(), bounds));
        return new Pass(bounds, nanos, limit -> exceeded.accept(tenant.id(), limit));
    }

    private void bound(Owner owner, Limits limits, List<Pass.Bound> bounds) {
        if (!limits.most().isEmpty()) {
            bounds.add(new Pass.Bound(
                    owner.key().map(name -> "The key '" + name + "'").orElse("This tenant"),
                    limits.share(replicas),
                    accounts.computeIfAbsent(owner, _ -> new Account())));
        }
    }

    /**
     * These are the tenants from now on: what others have used is forgotten.
     *
     * @param issued keys that were issued while gateways run
     * @param sharing gateways over which the load is spread, this one included: each enforces its share
     */
    public void serve(Collection<Tenant> tenants, Collection<IssuedKey> issued, int sharing) {
        replicas = sharing;
        Set<Owner> owners = new HashSet<>();
        for (Tenant tenant : tenants) {
            owners.add(new Owner(tenant.id(), Optional.empty()));
            tenant.keys().forEach(key -> owners.add(new Owner(tenant.id(), Optional.of(key.name()))));
        }
        issued.stream()
                .filter(key -> owners.contains(new Owner(key.tenant(), Optional.empty())))
                .forEach(key ->
                        owners.add(new Owner(key.tenant(), Optional.of(key.key().name()))));
        accounts.keySet().retainAll(owners);
    }
}
