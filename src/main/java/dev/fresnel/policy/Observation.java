package dev.fresnel.policy;

/**
 * An outcome as the policy learns it.
 *
 * @param stamp the decision's own time ({@link Choice#stamp})
 * @param weight {@code w}: how reliable the signal is, above 0.0, at most 1.0 as a habit
 * @param reward {@code y}: quality from 0.0 to 1.0
 */
public record Observation(double stamp, double weight, double reward) {
    boolean isUsable() {
        return Double.isFinite(stamp) && weight > 0 && weight < 1e9 && reward >= 0 && reward <= 1;
    }

    /** Whether it says that nothing is known. */
    boolean isNothing() {
        return weight == 0 && reward >= 0 && reward <= 1;
    }

    Evidence evidence() {
        return Evidence.of(weight, reward);
    }
}
