package dev.fresnel.outcome;

import java.util.List;
import java.util.Map;

/**
 * Sums of a population, all read at one moment.
 *
 * @param at the store's own clock, seconds since 1970; replicas decide on this time, not on theirs
 * @param scales by arm, of every arm that {@code cells} names
 */
public record Snapshot(double at, Map<String, ArmScale> scales, List<Cell> cells) {
    public Snapshot {
        scales = Map.copyOf(scales);
        cells = List.copyOf(cells);
    }
}
