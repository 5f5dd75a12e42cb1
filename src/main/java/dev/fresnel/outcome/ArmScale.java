package dev.fresnel.outcome;

/**
 * The scale that an arm's sums are on. Forward decay (Cormode et al., "Forward Decay", ICDE 2009, doi:10.1109/ICDE.2009.65) gives
 * an outcome of a decision at time t the factor g(t) = exp((t + jump - landmark) / tau) once and for all; what it weighs now is
 * its share of g(now). Nothing is ever multiplied down, so replicas need not agree on when they look.
 *
 * @param epoch rises whenever the arm's sums change other than by adding: a new landmark, a reset
 * @param landmark seconds since 1970
 * @param jump seconds added by soft resets so far: tau ln 20 makes all older outcomes weigh a twentieth. Our addition to the paper
 */
public record ArmScale(long epoch, double landmark, double jump) {
    /** Beyond it an arm gets a new landmark: e^30 is 1e13, and doubles keep sixteen digits. */
    public static final double MAX_EXPONENT = 30;

    /** Of an arm that nothing is known about. */
    public static ArmScale startingAt(double seconds) {
        return new ArmScale(0, seconds, 0);
    }

    /**
     * g(t).
     *
     * @param seconds t, since 1970
     * @param tau seconds after which an outcome weighs 1/e
     */
    public double growth(double seconds, double tau) {
        return Math.exp((seconds + jump - landmark) / tau);
    }

    /** What sums on this scale are multiplied by to stand on {@code other}'s. */
    public double factorTo(ArmScale other, double tau) {
        return Math.exp((landmark - other.landmark) / tau);
    }
}
