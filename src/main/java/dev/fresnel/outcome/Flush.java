package dev.fresnel.outcome;

import java.util.List;

/**
 * What one replica has learned about one population since its last flush.
 *
 * <p>Exactly once: a replica sends a flush again and again, <em>unchanged</em>, until it is acknowledged, and only then the next one
 * of that population under a higher sequence. What it learns meanwhile goes into that next one.
 *
 * @param population whom the evidence is about; contexts of different populations share nothing
 * @param replica names the process, differently after each start
 * @param sequence rises with every flush of this replica to this population; at least 1
 * @param tau seconds of decay, see {@link ArmScale#growth}
 */
public record Flush(String population, String replica, long sequence, double tau, List<ArmDelta> deltas) {
    public Flush {
        deltas = List.copyOf(deltas);
        if (population.isEmpty() || population.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a population has a name, without a NUL");
        }
        if (sequence < 1 || !(tau > 0)) {
            throw new IllegalArgumentException("a flush has a sequence from 1 and a positive tau");
        }
    }
}
