package dev.fresnel.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the tenant that a credential opens. Keeps SHA-256 hashes of the keys only, and compares a credential with every one of
 * them, each in constant time, so that the time taken tells nothing about how close a guess came. Immutable and thread-safe; a
 * new config gets a new directory.
 */
public final class TenantDirectory {
    private record Entry(KeyHash key, Tenant tenant) {}

    private final List<Tenant> tenants;
    private final List<Entry> entries = new ArrayList<>();
    private final Optional<Tenant> open;

    /** @param tenants at most one of them without keys, no key in two of them (the config checks both) */
    public TenantDirectory(List<Tenant> tenants) {
        this.tenants = List.copyOf(tenants);
        for (Tenant tenant : tenants) {
            tenant.keys().forEach(key -> entries.add(new Entry(key, tenant)));
        }
        open = tenants.stream().filter(tenant -> tenant.keys().isEmpty()).findFirst();
    }

    /**
     * The tenant whose key this is; else the open tenant, for which the credential is the client's own at the provider; else
     * empty, which is a 401.
     *
     * @param credential the bearer token, without the word {@code Bearer}
     */
    public Optional<Tenant> find(String credential) {
        KeyHash shown = KeyHash.of(credential);
        Optional<Tenant> found = Optional.empty();
        for (Entry entry : entries) {
            // No early exit: the number of comparisons is always the number of keys.
            if (entry.key().equals(shown)) {
                found = Optional.of(entry.tenant());
            }
        }
        return found.isPresent() ? found : open;
    }

    /** The tenant of a request without a credential: the open one, if there is one. */
    public Optional<Tenant> findOpen() {
        return open;
    }

    /** All tenants in config order. */
    public List<Tenant> tenants() {
        return tenants;
    }
}
