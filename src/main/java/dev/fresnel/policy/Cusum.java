package dev.fresnel.policy;

/**
 * A two-sided cumulative sum that notices when an arm has changed, in either direction, from outcomes that keep differing from what
 * was expected of them:
 *
 * <pre>
 *   z  = clip((y - m) / sqrt(p (1 - p) + Q), -3, 3)
 *   S- = max(0, S- - w z - k w),   S+ = max(0, S+ + w z - k w),   alarm when either exceeds h
 * </pre>
 *
 * <ul>
 *   <li>{@code y} reward, {@code w} its weight; {@code m, Q} posterior mean and variance of the arm's quality in the leaf before the
 *       outcome, {@code p} that mean kept where {@code p (1-p)} is at least 0.04;
 *   <li>{@code k} slack, {@code h} threshold: a shift of one standard deviation is noticed after about {@code h / (1 - k)} outcomes.
 * </ul>
 *
 * <p>Reference: Page, "Continuous inspection schemes", Biometrika 41 (1954). Departures: residuals of all leaves of a population are
 * pooled, since a provider changes a model everywhere at once; {@code Q} widens the residual, so a bucket whose prior was wrong is
 * not taken for a change; {@code clip} bounds what one outcome can do.
 *
 * @param low {@code S-}, 0 or more: grows while the arm does worse than expected
 * @param high {@code S+}, 0 or more
 */
public record Cusum(double low, double high) {
    public static final Cusum ZERO = new Cusum(0, 0);

    private static final double CLIP = 3;

    /**
     * The sums after more residuals.
     *
     * @param residual {@code sum w z}
     * @param weight {@code sum w}
     * @param slack {@code k}
     */
    public Cusum plus(double residual, double weight, double slack) {
        return new Cusum(Math.max(0, low - residual - slack * weight), Math.max(0, high + residual - slack * weight));
    }

    public boolean exceeds(double threshold) {
        return low > threshold || high > threshold;
    }

    /** {@code z} of one outcome. */
    static double residual(double reward, double mean, double variance) {
        double p = Math.clamp(mean, 0, 1);
        double noise = Math.max(Task.LEAST_NOISE, p * (1 - p));
        return Math.clamp((reward - mean) / Math.sqrt(noise + variance), -CLIP, CLIP);
    }
}
