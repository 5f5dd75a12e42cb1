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
 * @param keys any of them opens the tenant; empty: open to everyone who reaches the listener
 * @param models which may be asked for by name
 * @param upstream key of the upstream for models the config does not declare and for paths other than chat
 * @param budget what it may spend
 */
public record Tenant(
        TenantId id,
        List<TenantKey> keys,
        AllowedModels models,
        String upstream,
        List<TenantRoute> routes,
        BudgetTerms budget) {
    public Tenant {
        keys = List.copyOf(keys);
        routes = List.copyOf(routes);
    }

    /** Whether everyone who reaches the listener may come in, with a credential of the provider's or none. */
    public boolean isOpen() {
        return keys.isEmpty();
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
