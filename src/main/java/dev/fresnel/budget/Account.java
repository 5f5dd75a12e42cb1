package dev.fresnel.budget;

import dev.fresnel.value.TenantId;
import java.util.Optional;

/**
 * Whose spend is counted: a tenant's, or that of one of its keys, which is part of its tenant's.
 *
 * @param key name of the key; empty: the whole tenant
 */
public record Account(TenantId tenant, Optional<String> key) {
    public static Account of(TenantId tenant) {
        return new Account(tenant, Optional.empty());
    }

    public static Account of(TenantId tenant, String key) {
        return new Account(tenant, Optional.of(key));
    }

    /** For people and logs: {@code acme}, {@code acme/ci}. */
    @Override
    public String toString() {
        return key.map(name -> tenant + "/" + name).orElseGet(tenant::toString);
    }
}
