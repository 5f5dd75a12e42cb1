package dev.fresnel.tenant;

import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.Optional;

/**
 * A team or application with its own keys, models, routes and budget.
 *
 * @param keys of the config; any of them opens the tenant, as does one that was issued for it
 * @param models which may be asked for by name
 * @param upstream key of the upstream for models the config does not declare and for paths other than chat
 * @param budget what it may spend
 * @param limits of all its traffic, over all replicas together
 */
public record Tenant(
        TenantId id,
        Access access,
        List<TenantKey> keys,
        AllowedModels models,
        String upstream,
        List<TenantRoute> routes,
        BudgetTerms budget,
        Limits limits) {
    public Tenant {
        keys = List.copyOf(keys);
        routes = List.copyOf(routes);
    }

    /** Who may come in. */
    public enum Access {
        /** Everyone who reaches the listener, with a credential of the provider's or none. */
        OPEN,
        /** Who shows a key of the tenant. */
        KEYS
    }

    public boolean isOpen() {
        return access == Access.OPEN;
    }

    /** The config's key of that name. */
    public Optional<TenantKey> keyCalled(String name) {
        return keys.stream().filter(key -> key.name().equals(name)).findFirst();
    }

    /**
     * The plan of the first route that covers the requested name or the model it is an alias of; {@link RoutePlan#OFF} when none
     * does.
     *
     * @param aliasTarget the declared model at the end of the alias chain; empty when {@code requested} is no alias
     */
    public RoutePlan routeFor(ModelName requested, Optional<ModelName> aliasTarget) {
        for (TenantRoute route : routes) {
            if (route.covers(requested) || aliasTarget.filter(route::covers).isPresent()) {
                return route.plan();
            }
        }
        return RoutePlan.OFF;
    }
}
