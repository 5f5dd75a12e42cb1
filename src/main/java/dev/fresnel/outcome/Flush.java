package dev.fresnel.outcome;

import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Residuals;
import java.util.List;
import java.util.Map;

/**
 * What one replica has learned about one population since its last flush.
 *
 * <p>Exactly once: a replica sends a flush again and again, <em>unchanged</em>, until it is acknowledged, and only then the next one
 * of that population under a higher sequence. What it learns meanwhile goes into that next one.
 *
 * @param population whom the evidence is about; contexts of different populations share nothing
 * @param replica names the process, differently after each start
 * @param sequence rises with every flush of this replica to this population; at least 1
 * @param since the version that the replica knows: the answer tells what changed after it; 0 for everything
 * @param residuals by arm, for the alarm
 */
public record Flush(
        String population,
        String replica,
        long sequence,
        long since,
        Terms terms,
        List<ArmDelta> deltas,
        Map<String, Residuals> residuals) {
    public Flush {
        deltas = List.copyOf(deltas);
        residuals = Map.copyOf(residuals);
        if (population.isEmpty() || population.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a population has a name, without a NUL");
        }
        if (sequence < 1) {
            throw new IllegalArgumentException("a flush has a sequence from 1");
        }
    }

    /**
     * What all replicas have agreed on by their config.
     *
     * @param tau seconds of decay, see {@link dev.fresnel.policy.ForwardDecay}
     * @param threshold of the drift alarm; infinite for never
     * @param keep what an arm's evidence weighs after an alarm, above 0.0, at most 1.0
     */
    public record Terms(double tau, double threshold, double keep) {
        public Terms {
            if (!(tau > 0 && threshold > 0 && keep > 0 && keep <= 1)) {
                throw new IllegalArgumentException(
                        "tau and threshold are positive, what is kept is above 0 and at most 1");
            }
        }

        public static Terms of(PolicySettings settings) {
            return new Terms(
                    settings.memory().toNanos() / 1e9,
                    settings.drift().threshold(),
                    settings.drift().keep());
        }

        /** Seconds that an arm jumps by when an alarm is raised. */
        public double alarmJump() {
            return jump(keep);
        }

        /** Seconds that an arm jumps by to weigh {@code share} of what it did. */
        public double jump(double share) {
            return -tau * Math.log(share);
        }
    }
}
