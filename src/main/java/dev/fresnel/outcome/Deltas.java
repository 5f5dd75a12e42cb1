package dev.fresnel.outcome;

import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evidence by cell, each in units of the landmark it was learned on: a store refuses what is from before a reset, so units are never
 * mixed. Confined to one thread.
 */
final class Deltas {
    private final Map<EvidenceKey, Map<Landmark, Evidence>> cells = new LinkedHashMap<>();

    void add(EvidenceKey key, Landmark landmark, Evidence evidence) {
        cells.computeIfAbsent(key, _ -> new LinkedHashMap<>()).merge(landmark, evidence, Evidence::plus);
    }

    boolean isEmpty() {
        return cells.isEmpty();
    }

    boolean knows(EvidenceKey key) {
        return cells.containsKey(key);
    }

    /** Cells. */
    int size() {
        return cells.size();
    }

    /** Moves the oldest {@code most} cells out. */
    Deltas take(int most) {
        Deltas taken = new Deltas();
        Iterator<Map.Entry<EvidenceKey, Map<Landmark, Evidence>>> oldest =
                cells.entrySet().iterator();
        while (taken.size() < most && oldest.hasNext()) {
            Map.Entry<EvidenceKey, Map<Landmark, Evidence>> cell = oldest.next();
            taken.cells.put(cell.getKey(), cell.getValue());
            oldest.remove();
        }
        return taken;
    }

    List<ArmDelta> told() {
        List<ArmDelta> told = new ArrayList<>();
        cells.forEach((key, byLandmark) -> byLandmark.forEach((landmark, evidence) ->
                told.add(new ArmDelta(key.arm().name(), CellName.of(key.context()), landmark, evidence))));
        return told;
    }

    /** What there is of one cell, in units of another landmark. */
    Evidence of(EvidenceKey key, Landmark to, ForwardDecay decay) {
        Evidence sum = Evidence.NONE;
        for (Map.Entry<Landmark, Evidence> delta :
                cells.getOrDefault(key, Map.of()).entrySet()) {
            sum = sum.plus(decay.rebase(delta.getValue(), delta.getKey(), to));
        }
        return sum;
    }
}
