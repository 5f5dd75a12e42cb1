package dev.fresnel.policy;

/**
 * The reference point of an arm's weighted sums in one population. A landmark moves for two reasons: so that weights stay small
 * numbers (the sums are rescaled, nothing is forgotten), and to age all of an arm's evidence at once (a jump).
 *
 * @param epoch counts the moves of the origin, so that a delta can say which origin it is relative to
 * @param origin {@code L0}: the stamp whose weight is 1, in seconds since 1970
 * @param jump seconds by which the arm's own time runs ahead of the clock, 0 or more; see {@link ForwardDecay#jump}
 */
public record Landmark(long epoch, double origin, double jump) {
    public Landmark {
        if (!Double.isFinite(origin) || !(jump >= 0 && jump < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "a landmark is two finite times, the jump not negative: " + origin + ", " + jump);
        }
    }

    /** The first landmark of an arm that is seen at {@code seconds} for the first time. */
    public static Landmark at(double seconds) {
        return new Landmark(0, seconds, 0);
    }

    /**
     * The arm's own time of a decision made at {@code seconds}. Taken when the decision is made and kept with it: an outcome that
     * arrives after a jump still speaks of the arm as it was before.
     */
    public double stamp(double seconds) {
        return seconds + jump;
    }
}
