package dev.fresnel.tenant;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the tenant that a credential opens. Keeps SHA-256 hashes of the keys only, and compares a credential with every one of
 * the config, each in constant time, so that the time taken tells nothing about how close a guess came. Thread-safe; a new config gets a
 * new directory.
 */
public final class TenantDirectory {
    private record Entry(TenantKey key, Tenant tenant) {}

    private final List<Tenant> tenants;
    private final List<Entry> entries = new ArrayList<>();
    private final Optional<Tenant> open;
    private final KeyRegister register;
    private final InstantSource clock;

    /**
     * @param tenants at most one of them open, no key in two of them (the config checks both)
     * @param register keys that were issued while the gateway runs, and revoked ones
     * @param clock by which keys expire
     */
    public TenantDirectory(List<Tenant> tenants, KeyRegister register, InstantSource clock) {
        this.tenants = List.copyOf(tenants);
        this.register = register;
        this.clock = clock;
        for (Tenant tenant : tenants) {
            tenant.keys().forEach(key -> entries.add(new Entry(key, tenant)));
        }
        open = tenants.stream().filter(Tenant::isOpen).findFirst();
    }

    /**
     * Whose key this is; else the open tenant, for which the credential is the client's own at the provider; else nobody. A key that
     * {@link FreshKey} made is never the open tenant's: it is one of ours that is not known here, or not yet.
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
        return found.map(entry -> admit(Optional.of(entry.tenant()), entry.key()))
                .or(() -> register.issued(shown).map(this::admit))
                .orElseGet(() -> FreshKey.isOne(credential) ? new Caller.Unknown() : findOpen());
    }

    /**
     * An issued key is 256 random bits, so it need not be compared with every one: no guess comes close. Spend and limits are counted by
     * name, so one that is called as a key of the config is bound as that is; else it would use up what it is not held to.
     */
    private Caller admit(IssuedKey issued) {
        Optional<Tenant> tenant =
                tenants.stream().filter(one -> one.id().equals(issued.tenant())).findFirst();
        TenantKey key = issued.key();
        return admit(
                tenant,
                tenant.flatMap(owner -> owner.keyCalled(key.name()))
                        .map(key::sharing)
                        .orElse(key));
    }

    private Caller admit(Optional<Tenant> tenant, TenantKey key) {
        Optional<Caller.Why> barred = register.revocation(key.hash()).isPresent()
                ? Optional.of(Caller.Why.REVOKED)
                : key.isExpired(clock.instant()) ? Optional.of(Caller.Why.EXPIRED) : Optional.empty();
        if (barred.isEmpty() && tenant.isPresent()) {
            return new Caller.Admitted(tenant.get(), Optional.of(key));
        }
        return new Caller.Barred(tenant.map(Tenant::id), key.name(), barred.orElse(Caller.Why.TENANT_GONE));
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
