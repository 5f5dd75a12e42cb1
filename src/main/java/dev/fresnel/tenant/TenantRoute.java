package dev.fresnel.tenant;

import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.value.ModelName;

/**
 * One entry of {@code tenants[].routes}: the first whose pattern matches the requested model applies.
 *
 * @param modelPattern the requested model's name, {@code *} standing for any run of characters
 */
public record TenantRoute(String modelPattern, RoutePlan plan) {
    /** Whether the pattern covers {@code model}; case matters, as in model names. */
    public boolean covers(ModelName model) {
        return Glob.matches(modelPattern, model.value());
    }
}
