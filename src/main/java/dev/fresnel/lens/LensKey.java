package dev.fresnel.lens;

import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;

/**
 * Names the place of one lens: who owns it and what it is for. Two requests share a lens exactly when their keys are equal.
 *
 * @param hash over the tenant too, so that even a store that looks at the hash alone cannot mix tenants
 */
public record LensKey(TenantId tenant, Fingerprint hash) {
    /** The first 16 hex digits of the hash, for logs and events. */
    public String shortForm() {
        return hash.shortForm();
    }

    @Override
    public String toString() {
        return tenant + "/" + shortForm();
    }
}
