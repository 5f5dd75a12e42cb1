package dev.fresnel.policy;

/**
 * Residuals of several outcomes of one arm, folded: enough to know where {@link Cusum} stands after them, wherever it stood before,
 *
 * <pre>
 *   S' = max(alone, S + sum)
 * </pre>
 *
 * with {@code alone} where it would stand had it begun at zero. Exact, since the recursion {@code max(0, S + x)} is a maximum of sums.
 * A crossing of the threshold that is undone within the batch is not seen.
 *
 * @param lowSum {@code sum (-w z - k w)}; {@code highSum} is {@code sum (w z - k w)}
 */
public record Residuals(Cusum alone, double lowSum, double highSum) {
    public static final Residuals NONE = new Residuals(Cusum.ZERO, 0, 0);

    /**
     * One more outcome.
     *
     * @param residual {@code w z}; see {@link Lesson#residual}
     * @param weight {@code w}
     * @param slack {@code k}
     */
    public Residuals plus(double residual, double weight, double slack) {
        return new Residuals(
                alone.plus(residual, weight, slack),
                lowSum - residual - slack * weight,
                highSum + residual - slack * weight);
    }

    /** Where the sums stand after these outcomes. */
    public Cusum after(Cusum before) {
        return new Cusum(Math.max(alone.low(), before.low() + lowSum), Math.max(alone.high(), before.high() + highSum));
    }
}
