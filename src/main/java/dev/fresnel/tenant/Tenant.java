package dev.fresnel.tenant;

import dev.fresnel.value.Secret;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Optional;

/**
 * A team or application with its own keys, routes and budget.
 *
 * @param keys any of them opens the tenant; empty: open to everyone who reaches the listener
 * @param upstream key of the upstream for models the config does not declare and for paths other than chat
 * @param dailyBudget spend per UTC day after which requests are refused; empty: no limit
 */
public record Tenant(
        TenantId id, List<Secret> keys, String upstream, List<TenantRoute> routes, Optional<Usd> dailyBudget) {
    public Tenant {
        keys = List.copyOf(keys);
        routes = List.copyOf(routes);
    }
}
