package dev.fresnel.lens;

import java.time.Duration;

/**
 * Bounds of a shelf. Writing lenses multiplies a client's requests into calls to a dear model, so it is capped.
 *
 * @param maxKept lenses in memory, and keys whose writing failed; each counted on its own
 * @param maxBuildsPerTenant writings at once
 * @param maxBuilds writings at once of all tenants
 * @param storeWait how long a request that waits for no writing waits for the store
 */
public record ShelfLimits(int maxKept, int maxBuildsPerTenant, int maxBuilds, Duration storeWait) {
    public static final ShelfLimits DEFAULT = new ShelfLimits(2_000, 8, 32, Duration.ofMillis(25));
}
