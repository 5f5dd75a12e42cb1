package dev.fresnel.replay.rule;

import java.util.OptionalDouble;

/**
 * The arm a rule chose and, where the rule knows them, the probabilities it was drawn from. A rule whose arm is the best of random
 * draws does not know them. Immutable.
 */
public final class Choice {
    private static final double[] UNKNOWN = {};

    private final int arm;
    private final double[] probabilities;

    private Choice(int arm, double[] probabilities) {
        this.arm = arm;
        this.probabilities = probabilities;
    }

    /** A choice of which no probabilities are known. */
    public static Choice of(int arm) {
        return new Choice(arm, UNKNOWN);
    }

    /** @param probabilities that {@code arm} was drawn from, one per arm, sum 1 */
    public static Choice drawn(int arm, double... probabilities) {
        return new Choice(arm, probabilities.clone());
    }

    public int arm() {
        return arm;
    }

    /** Probability with which {@code arm} would have been chosen, where known. */
    public OptionalDouble probability(int arm) {
        return probabilities.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(probabilities[arm]);
    }
}
