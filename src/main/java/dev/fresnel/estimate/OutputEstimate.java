package dev.fresnel.estimate;

/**
 * How long an answer is expected to get. Lengths are heavy-tailed, so a point says too little: decisions use the median, money is
 * reserved for the upper quantile.
 *
 * @param l50 tokens that half of such answers stay below, all choices together; 0 or more
 * @param l90 tokens that nine in ten stay below; not less than {@code l50}
 */
public record OutputEstimate(long l50, long l90) {
    public OutputEstimate {
        if (l50 < 0 || l90 < l50) {
            throw new IllegalArgumentException("quantiles are ordered and not negative: " + l50 + ", " + l90);
        }
    }
}
