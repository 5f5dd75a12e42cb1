package dev.fresnel.policy;

/**
 * What was seen of an arm, as additive sums that are weighted by {@link ForwardDecay}: any order and any batching of the same
 * outcomes gives the same sums. A difference (a revised label) may be negative; a total never is.
 *
 * @param weight {@code sum w}, in units of the landmark
 * @param reward {@code sum w*y} with rewards {@code y} from 0.0 to 1.0
 * @param squares {@code sum w*y*y}: what rules that use the empirical variance need
 */
public record Evidence(double weight, double reward, double squares) {
    public static final Evidence NONE = new Evidence(0, 0, 0);

    /** Relative; what a few thousand additions in another order can make. */
    private static final double ROUNDING = 1e-12;

    /** One outcome of weight {@code weight} and reward {@code reward}. */
    public static Evidence of(double weight, double reward) {
        return new Evidence(weight, weight * reward, weight * reward * reward);
    }

    public Evidence plus(Evidence other) {
        return new Evidence(weight + other.weight, reward + other.reward, squares + other.squares);
    }

    public Evidence minus(Evidence other) {
        return new Evidence(weight - other.weight, reward - other.reward, squares - other.squares);
    }

    public Evidence times(double factor) {
        return new Evidence(weight * factor, reward * factor, squares * factor);
    }

    /** Whether all three sums are numbers; anything else is refused and counted by whoever is handed it. */
    public boolean isFinite() {
        return Double.isFinite(weight) && Double.isFinite(reward) && Double.isFinite(squares);
    }

    /** Itself, or nothing where a sum has run over. */
    Evidence orNone() {
        return isFinite() ? this : NONE;
    }

    /** Whether nothing but rounding tells the two apart. */
    public boolean isNear(Evidence other) {
        double slack = ROUNDING * Math.max(Math.abs(weight), Math.abs(other.weight));
        return Math.abs(weight - other.weight) <= slack
                && Math.abs(reward - other.reward) <= slack
                && Math.abs(squares - other.squares) <= slack;
    }

    /**
     * The nearest total that outcomes could have produced: no negative weight, {@code 0 <= squares <= reward <= weight}. Stored
     * state may be corrupt, and late corrections may take away more than the decay left.
     */
    public Evidence asTotal() {
        if (!isFinite() || weight <= 0) {
            return NONE;
        }
        double bounded = Math.clamp(reward, 0, weight);
        return new Evidence(weight, bounded, Math.clamp(squares, 0, bounded));
    }
}
