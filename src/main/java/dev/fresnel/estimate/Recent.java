package dev.fresnel.estimate;

import java.util.Arrays;

/** The last {@value #KEPT} values of something, with their quantiles. Immutable: a new value makes a new one. */
final class Recent {
    static final int KEPT = 64;
    static final Recent NONE = new Recent(new double[0]);

    /** Oldest first. */
    private final double[] values;

    private final double[] sorted;

    private Recent(double[] values) {
        this.values = values;
        this.sorted = values.clone();
        Arrays.sort(sorted);
    }

    Recent and(double value) {
        int from = values.length == KEPT ? 1 : 0;
        double[] next = Arrays.copyOfRange(values, from, values.length + 1);
        next[next.length - 1] = value;
        return new Recent(next);
    }

    int count() {
        return values.length;
    }

    /**
     * The value that the share {@code q} of them does not exceed (nearest rank).
     *
     * @param q above 0.0, at most 1.0
     * @param none what to answer without any value
     */
    double quantile(double q, double none) {
        if (sorted.length == 0) {
            return none;
        }
        return sorted[(int) Math.ceil(q * sorted.length) - 1];
    }
}
