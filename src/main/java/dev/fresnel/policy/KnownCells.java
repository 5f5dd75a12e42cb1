package dev.fresnel.policy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What was taken into account of every cell, also of leaves that were dropped since: a shared store tells totals, and only what they
 * differ by is to be added. Holds {@value #MOST} cells.
 *
 * <p>Used by one thread at a time.
 */
final class KnownCells {
    private static final int MOST = 20_000;

    private final SequencedMap<EvidenceKey, Evidence> cells = new LinkedHashMap<>();

    /** Evidence of a cell that was added. Without room the oldest cell is forgotten: what we learn ourselves counts in any case. */
    void add(EvidenceKey key, Evidence delta) {
        Evidence before = cells.getOrDefault(key, Evidence.NONE);
        if (isFullFor(key)) {
            cells.pollFirstEntry();
        }
        cells.put(key, before.plus(delta).orNone());
    }

    /** What is to be added for a cell to have that total, noted as added; empty when it has, or when there is no room for it. */
    Optional<Evidence> missing(EvidenceKey key, Evidence total) {
        Evidence known = cells.getOrDefault(key, Evidence.NONE);
        if (known.isNear(total) || isFullFor(key)) {
            return Optional.empty();
        }
        cells.put(key, total);
        return Optional.of(total.minus(known));
    }

    private boolean isFullFor(EvidenceKey key) {
        return cells.size() >= MOST && !cells.containsKey(key);
    }

    /** Cells of those arms that a store does not tell of. */
    List<EvidenceKey> untold(Set<Arm> arms, Map<EvidenceKey, Evidence> told) {
        return cells.keySet().stream()
                .filter(key -> arms.contains(key.arm()) && !told.containsKey(key))
                .toList();
    }

    void scale(Arm arm, double factor) {
        cells.replaceAll((key, sums) -> key.arm().equals(arm) ? sums.times(factor) : sums);
    }
}
