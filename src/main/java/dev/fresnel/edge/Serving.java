package dev.fresnel.edge;

import dev.fresnel.exchange.Exchanges;
import dev.fresnel.tenant.TenantDirectory;
import dev.fresnel.upstream.ModelCatalog;

/**
 * What one config makes of a request. A request keeps the one that was in force when it arrived, to its end. Thread-safe.
 *
 * @param limits on its body
 */
public record Serving(
        String version, EdgeLimits limits, TenantDirectory tenants, ModelCatalog models, Exchanges exchanges) {}
