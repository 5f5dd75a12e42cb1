package dev.fresnel.pause;

import dev.fresnel.value.TenantId;
import java.util.Optional;

/**
 * Whom an order is about.
 *
 * @param tenant empty: all of them. An order for all and one for a tenant stand side by side: neither lifts the other
 */
public record PauseScope(Optional<TenantId> tenant) {
    public static final PauseScope GATEWAY = new PauseScope(Optional.empty());

    public static PauseScope of(TenantId tenant) {
        return new PauseScope(Optional.of(tenant));
    }

    /** The name in stores: the tenant's, or {@code *}, which no tenant can be called. */
    public String key() {
        return tenant.map(TenantId::value).orElse("*");
    }
}
