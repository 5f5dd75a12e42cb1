package dev.fresnel.lens;

/**
 * What came of some answers. Sums are kept in millionths, as whole numbers: adding them up in another order gives the same.
 *
 * @param answers with an outcome
 * @param weight of all outcomes together, in millionths; one counts from 0.0 to 1.0, as far as its source is to be believed
 * @param reward sum of weight times quality, in millionths
 */
public record Tally(long answers, long weight, long reward) {
    public static final Tally NONE = new Tally(0, 0, 0);

    private static final double ONE = 1e6;

    /** One outcome. */
    public static Tally of(double reward, double weight) {
        return new Tally(1, Math.round(weight * ONE), Math.round(weight * reward * ONE));
    }

    public Tally plus(Tally more) {
        return new Tally(answers + more.answers, weight + more.weight, reward + more.reward);
    }

    public Tally minus(Tally less) {
        return new Tally(answers - less.answers, weight - less.weight, reward - less.reward);
    }

    /** What the outcomes weigh, in answers that are fully believed; never negative, whatever a store held. */
    public double mass() {
        return Math.max(0, weight) / ONE;
    }

    /** The part of {@link #mass} that was good. */
    public double good() {
        return Math.clamp(reward / ONE, 0, mass());
    }
}
