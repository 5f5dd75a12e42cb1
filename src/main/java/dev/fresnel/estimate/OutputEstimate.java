package dev.fresnel.estimate;

/**
 * How long an answer is expected to get, as it will be billed: all choices together, hidden reasoning included. Lengths are heavy-tailed,
 * so a point says too little: decisions use the median, money is reserved for the upper quantile.
 *
 * @param l50 tokens that half of such answers stay below; 0 or more
 * @param l90 tokens that nine in ten stay below; not less than {@code l50}
 * @param reasoning the part of {@code l50} that the client will not see
 */
public record OutputEstimate(long l50, long l90, long reasoning) {
    public OutputEstimate {
        if (l50 < 0 || l90 < l50) {
            throw new IllegalArgumentException("quantiles are ordered and not negative: " + l50 + ", " + l90);
        }
        if (reasoning < 0 || reasoning > l50) {
            throw new IllegalArgumentException("reasoning is a part of the output: " + reasoning + " of " + l50);
        }
    }

    /** Without hidden reasoning. */
    public OutputEstimate(long l50, long l90) {
        this(l50, l90, 0);
    }
}
