package dev.fresnel.outcome;

import dev.fresnel.lens.Tally;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Observation;
import java.util.Optional;

/**
 * What all sources together say of a decision: one reward with one weight.
 *
 * @param reward 0 to 1
 * @param weight 0 to 1; 0: nothing is known
 */
public record Verdict(double reward, double weight) {
    public static final Verdict NONE = new Verdict(0, 0);

    /** From stored numbers; empty when they cannot be one. */
    public static Optional<Verdict> checked(double reward, double weight) {
        boolean possible = reward >= 0 && reward <= 1 && weight >= 0 && weight <= 1;
        return possible ? Optional.of(new Verdict(reward, weight)) : Optional.empty();
    }

    /** As the policy learns it. */
    Observation observedAt(double stamp) {
        return new Observation(stamp, weight, reward);
    }

    /** As evidence, before decay. */
    public Evidence evidence() {
        return Evidence.of(weight, reward);
    }

    /** The same as a lens is told of it. */
    Tally tally() {
        return weight > 0 ? Tally.of(reward, weight) : Tally.NONE;
    }
}
