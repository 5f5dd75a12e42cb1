package dev.fresnel.tenant;

import dev.fresnel.delegation.RoutePlan;

/**
 * One entry of {@code tenants[].routes}: the first whose pattern matches the requested model applies.
 *
 * @param modelPattern the requested model's name, {@code *} standing for any run of characters
 */
public record TenantRoute(String modelPattern, RoutePlan plan) {}
