package dev.fresnel.policy;

import java.util.Arrays;
import java.util.Optional;

/** Watches the arms of a population, by number, for a change of how good they are; see {@link Cusum}. Used by one thread at a time. */
final class DriftWatch {
    private final PolicySettings.Drift drift;
    private final Cusum[] sums = new Cusum[Policy.MAX_ARMS];

    DriftWatch(PolicySettings.Drift drift) {
        this.drift = drift;
        Arrays.fill(sums, Cusum.ZERO);
    }

    /** Adds an outcome's residual; whether, and whereto, the arm has changed. Nothing where somebody else watches. */
    Optional<Alarm.Direction> add(int slot, double residual, double weight) {
        if (drift.watch() != PolicySettings.Drift.Watch.THIS_POLICY) {
            return Optional.empty();
        }
        Cusum after = sums[slot].plus(residual, weight, drift.slack());
        sums[slot] = after;
        if (!after.exceeds(drift.threshold())) {
            return Optional.empty();
        }
        return Optional.of(after.low() > after.high() ? Alarm.Direction.WORSE : Alarm.Direction.BETTER);
    }

    /** The arm is another one from now on. */
    void restart(int slot) {
        sums[slot] = Cusum.ZERO;
    }
}
