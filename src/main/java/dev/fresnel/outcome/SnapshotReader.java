package dev.fresnel.outcome;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Shared;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes from a snapshot what can be true and concerns an arm of ours. A store is shared, with processes of other versions and configs
 * and with whoever can write to it: nothing in it may harm more than the cell it is in.
 */
final class SnapshotReader {
    /** Effective outcomes of one cell; more never came together. */
    private static final double MOST_OUTCOMES = 1e9;

    /** A clock that is wrong by more is not believed. */
    private static final double CLOCK_SLACK = Duration.ofDays(1).toSeconds();

    /** Soft resets of one arm, in time constants; an alarm adds five. */
    private static final double MOST_JUMPS = 1e5;

    /** Effective outcomes that are none. */
    private static final double ROUNDING = 1e-6;

    private final KnownArms known;
    private final ForwardDecay decay;

    SnapshotReader(KnownArms known, ForwardDecay decay) {
        this.known = known;
        this.decay = decay;
    }

    /**
     * What was taken.
     *
     * @param ignored values that were not
     */
    record Taken(Shared shared, int ignored) {}

    Taken read(String population, Snapshot snapshot) {
        int ignored = 0;
        Map<Arm, Landmark> landmarks = new HashMap<>();
        for (Map.Entry<String, Landmark> entry : snapshot.landmarks().entrySet()) {
            Arm arm = new Arm(entry.getKey());
            if (known.of(population).containsKey(arm) && isPossible(entry.getValue(), snapshot.at())) {
                landmarks.put(arm, entry.getValue());
            } else {
                ignored++;
            }
        }
        Map<EvidenceKey, Evidence> totals = new HashMap<>();
        Map<EvidenceKey, Evidence> former = new HashMap<>();
        ignored += read(population, snapshot.cells(), landmarks, snapshot.at(), totals);
        ignored += read(population, snapshot.former(), landmarks, snapshot.at(), former);
        return new Taken(new Shared(population, landmarks, totals, former, snapshot.extent()), ignored);
    }

    /** @return values that were not taken as they are */
    private int read(
            String population,
            List<Cell> cells,
            Map<Arm, Landmark> landmarks,
            double at,
            Map<EvidenceKey, Evidence> totals) {
        int ignored = 0;
        for (Cell cell : cells) {
            Optional<Context> context = CellName.context(population, cell.name());
            Landmark landmark = landmarks.get(new Arm(cell.arm()));
            Evidence total = cell.evidence().asTotal();
            if (context.isEmpty()
                    || landmark == null
                    || total.weight() * decay.effective(landmark, at) > MOST_OUTCOMES) {
                ignored++;
                continue;
            }
            double rounding = ROUNDING * decay.weight(landmark, landmark.stamp(at));
            ignored += total.isNear(cell.evidence()) || isWithin(rounding, cell.evidence()) ? 0 : 1;
            totals.put(new EvidenceKey(context.get(), new Arm(cell.arm())), total);
        }
        return ignored;
    }

    private boolean isPossible(Landmark landmark, double now) {
        return landmark.epoch() >= 0
                && landmark.jump() <= MOST_JUMPS * decay.tau()
                && landmark.origin() <= landmark.stamp(now) + Math.max(decay.tau(), CLOCK_SLACK)
                && landmark.origin() >= 0;
    }

    /** Whether it is what rounding leaves of evidence that was taken back. */
    private static boolean isWithin(double rounding, Evidence evidence) {
        return Math.abs(evidence.weight()) < rounding
                && Math.abs(evidence.reward()) < rounding
                && Math.abs(evidence.squares()) < rounding;
    }
}
