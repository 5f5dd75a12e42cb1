package dev.fresnel.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a shared store holds of one population, as this policy is to take it over.
 *
 * @param landmarks of the arms that {@code totals} and {@code former} name, and of any other that is known
 * @param totals of cells, in units of their arm's landmark: what the store holds and, on top, what it has not been told yet
 * @param former evidence of arms as they were before an alarm, in the same units
 * @param extent whether other cells are unchanged or unknown to the store
 */
public record Shared(
        String population,
        Map<Arm, Landmark> landmarks,
        Map<EvidenceKey, Evidence> totals,
        Map<EvidenceKey, Evidence> former,
        Extent extent) {
    /** How much of the population is told. */
    public enum Extent {
        /** Cells that are not named are as they were. */
        CHANGES,
        /** The store knows of no other cells. Those of an arm whose epoch has risen were reset; others it has lost, and we have not. */
        WHOLE
    }

    public Shared {
        landmarks = inOrder(landmarks);
        totals = inOrder(totals);
        former = inOrder(former);
    }

    /** Sums over them are rounded alike in every process, which {@link Map#copyOf} would shuffle anew. */
    private static <K, V> Map<K, V> inOrder(Map<K, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
