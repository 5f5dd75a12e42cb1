package dev.fresnel.outcome;

/**
 * Additive evidence about one arm in one cell, or a difference of such: sums over outcomes with weight {@code w} and reward
 * {@code y}, each multiplied by the forward decay of its decision's time. Sums add up in any order; a difference may be negative.
 *
 * @param weight sum of w
 * @param reward sum of w y
 * @param squares sum of w y²
 */
public record Sums(double weight, double reward, double squares) {
    public static final Sums ZERO = new Sums(0, 0, 0);

    /** One outcome at its decision's time, before decay. */
    public static Sums of(double reward, double weight) {
        return new Sums(weight, weight * reward, weight * reward * reward);
    }

    public Sums plus(Sums other) {
        return new Sums(weight + other.weight, reward + other.reward, squares + other.squares);
    }

    public Sums minus(Sums other) {
        return new Sums(weight - other.weight, reward - other.reward, squares - other.squares);
    }

    public Sums times(double factor) {
        return new Sums(weight * factor, reward * factor, squares * factor);
    }

    /** Whether it can be kept: neither infinite nor not a number. */
    public boolean isFinite() {
        return Double.isFinite(weight) && Double.isFinite(reward) && Double.isFinite(squares);
    }
}
