package dev.fresnel.tenant;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the tenant that a credential opens. Keeps SHA-256 hashes of the keys only, and compares a credential with every one of
 * them, each in constant time, so that the time taken tells nothing about how close a guess came. Thread-safe; a new config gets a
 * new directory.
 */
public final class TenantDirectory {
    private record Entry(TenantKey key, Tenant tenant) {}

    private final List<Tenant> tenants;
    private final List<Entry> entries = new ArrayList<>();
    private final Optional<Tenant> open;
    private final InstantSource clock;

    /**
     * @param tenants at most one of them open, no key in two of them (the config checks both)
     * @param clock by which keys expire
     */
    public TenantDirectory(List<Tenant> tenants, InstantSource clock) {
        this.tenants = List.copyOf(tenants);
        this.clock = clock;
        for (Tenant tenant : tenants) {
            tenant.keys().forEach(key -> entries.add(new Entry(key, tenant)));
        }
        open = tenants.stream().filter(Tenant::isOpen).findFirst();
    }

    /**
     * Whose key this is; else the open tenant, for which the credential is the client's own at the provider; else nobody.
     *
     * @param credential the bearer token, without the word {@code Bearer}
     */
    public Caller find(String credential) {
        KeyHash shown = KeyHash.of(credential);
        Optional<Entry> found = Optional.empty();
        for (Entry entry : entries) {
            // No early exit: the number of comparisons is always the number of keys.
            if (entry.key().hash().equals(shown)) {
                found = Optional.of(entry);
            }
        }
        return found.map(this::admit).orElseGet(this::findOpen);
    }

    private Caller admit(Entry entry) {
        Instant now = clock.instant();
        return entry.key().isExpired(now)
                ? new Caller.Barred(
                        Optional.of(entry.tenant().id()), entry.key().name(), Caller.Why.EXPIRED)
                : new Caller.Admitted(entry.tenant(), Optional.of(entry.key()));
    }

    /** Who a request without a credential comes from: the open tenant, if there is one. */
    public Caller findOpen() {
        return open.<Caller>map(tenant -> new Caller.Admitted(tenant, Optional.empty()))
                .orElseGet(Caller.Unknown::new);
    }

    /** All tenants in config order. */
    public List<Tenant> tenants() {
        return tenants;
    }
}
