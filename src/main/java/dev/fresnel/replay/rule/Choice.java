package dev.fresnel.replay.rule;

import java.util.OptionalDouble;

/**
 * The arm a rule chose and, where the rule knows them, the probabilities it was drawn from. A rule whose arm is the best of random
 * draws does not know them. Immutable.
 */
public final class Choice {
    private static final double[] UNKNOWN = {};

    private final int arm;
    private final double stamp;
    private final Foretold foretold;
    private final double[] probabilities;

    private Choice(int arm, double stamp, Foretold foretold, double[] probabilities) {
        this.arm = arm;
        this.stamp = stamp;
        this.foretold = foretold;
        this.probabilities = probabilities;
    }

    /**
     * What the rule expects of the arm that it chose.
     *
     * @param quality mean of its belief, 0.0 to 1.0 or a little beyond
     * @param deviation standard deviation of that belief
     */
    public record Foretold(double quality, double deviation) {
        static final Foretold NOTHING = new Foretold(Double.NaN, Double.NaN);
    }

    /** A choice of which no probabilities are known. */
    public static Choice of(int arm) {
        return new Choice(arm, Double.NaN, Foretold.NOTHING, UNKNOWN);
    }

    /**
     * @param stamp what the rule wants back with the outcome: its own time of the decision; not a number where it keeps none
     * @param probabilities that {@code arm} was drawn from, one per arm, sum 1
     */
    public static Choice drawn(int arm, double stamp, Foretold foretold, double... probabilities) {
        return new Choice(arm, stamp, foretold, probabilities.clone());
    }

    /** What the rule expected of its choice; not numbers where it expects nothing in particular. */
    public Foretold foretold() {
        return foretold;
    }

    /** The rule's own time of this decision; not a number where it keeps none. */
    public double stamp() {
        return stamp;
    }

    public int arm() {
        return arm;
    }

    /** Probability with which {@code arm} would have been chosen, where known. */
    public OptionalDouble probability(int arm) {
        return probabilities.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(probabilities[arm]);
    }
}
