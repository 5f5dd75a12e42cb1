package dev.fresnel.outcome;

import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Shared;
import java.util.List;
import java.util.Map;

/**
 * What a store tells of a population, all read at one moment.
 *
 * @param at the store's own clock, seconds since 1970
 * @param version rises with every change; to be given back for the changes since
 * @param extent whether {@code cells} are all there are or those that changed since the version that was asked for
 * @param landmarks by arm, of every arm that {@code cells} and {@code former} name, and of those that moved
 * @param former likewise, of arms as they were before an alarm
 */
public record Snapshot(
        double at,
        long version,
        Shared.Extent extent,
        Map<String, Landmark> landmarks,
        List<Cell> cells,
        List<Cell> former) {
    public Snapshot {
        landmarks = Map.copyOf(landmarks);
        cells = List.copyOf(cells);
        former = List.copyOf(former);
    }
}
