package dev.fresnel.policy;

/**
 * A Beta distribution as a table of {@link #POINTS} equiprobable quantiles, {@code F(q_j) = (j + 1/2) / POINTS}. Computed when
 * something is learned, so that comparing two distributions at decision time is a search in two small sorted arrays.
 */
final class BetaQuantiles {
    static final int POINTS = 64;

    /** Pseudo-observations behind the prior mean: as many as one success and one failure. */
    static final double PRIOR_MASS = 2;

    /** A parameter this small makes a distribution with all its mass on 0 and 1; corrupt or over-corrected sums do that. */
    private static final double SMALLEST = 0.05;

    private static final int STEPS = 60;
    private static final double EXACT_ENOUGH = 1e-9;

    private BetaQuantiles() {}

    /** The posterior of an arm with that prior mean after those outcomes. */
    static double[] of(double priorMean, Evidence seen) {
        double a = Math.max(SMALLEST, PRIOR_MASS * priorMean + seen.reward());
        double b = Math.max(SMALLEST, PRIOR_MASS * (1 - priorMean) + seen.weight() - seen.reward());
        double[] table = new double[POINTS];
        double from = 0;
        for (int j = 0; j < POINTS; j++) {
            from = quantile(a, b, (j + 0.5) / POINTS, from);
            table[j] = from;
        }
        return table;
    }

    /** Newton's method from the quantile before, fenced by a bracket that bisects whenever a step leaves it. */
    private static double quantile(double a, double b, double share, double low) {
        double left = low;
        double right = 1;
        double x = low == 0 ? a / (a + b) : low;
        for (int step = 0; step < STEPS && right - left > EXACT_ENOUGH; step++) {
            double error = SpecialFunctions.betaCumulative(a, b, x) - share;
            if (Math.abs(error) < EXACT_ENOUGH) {
                break;
            }
            if (error > 0) {
                right = x;
            } else {
                left = x;
            }
            double next = x - error / SpecialFunctions.betaDensity(a, b, x);
            x = next > left && next < right ? next : (left + right) / 2;
        }
        return x;
    }

    /** {@code F(x)} of a table, linear between its points. */
    static double below(double[] table, double x) {
        int low = 0;
        int high = table.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (table[middle] < x) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0) {
            // Half a point of mass lies below the first quantile; ties of equal points share it.
            return table[0] == x ? 0.5 / table.length : 0;
        }
        if (low == table.length) {
            return 1;
        }
        double gap = table[low] - table[low - 1];
        double part = gap > 0 ? (x - table[low - 1]) / gap : 1;
        return (low - 0.5 + part) / table.length;
    }
}
