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

    /** More evidence than this narrows nothing that a decision could notice, and takes the series their digits. */
    private static final double MOST_MASS = 1e6;

    private static final int MOST_STEPS = 60;

    /** Error of a quantile, as probability: far below the half point of mass that the table resolves. */
    private static final double TOLERANCE = 1e-6;

    private BetaQuantiles() {}

    /** The posterior of an arm with that prior mean after those outcomes. */
    static double[] of(double priorMean, Evidence seen) {
        double scale = Math.min(1, MOST_MASS / seen.weight());
        double won = scale * seen.reward();
        double lost = scale * (seen.weight() - seen.reward());
        double a = Math.max(SMALLEST, PRIOR_MASS * priorMean + won);
        double b = Math.max(SMALLEST, PRIOR_MASS * (1 - priorMean) + lost);
        Beta beta = new Beta(a, b);
        double[] table = new double[POINTS];
        double left = 0;
        for (int j = 0; j < POINTS; j++) {
            left = quantile(beta, (j + 0.5) / POINTS, left);
            table[j] = left;
        }
        return table;
    }

    /** Newton's method from the quantile before, fenced by a bracket that is halved whenever a step leaves it. */
    private static double quantile(Beta beta, double share, double before) {
        double left = before;
        double right = 1;
        double x = before == 0 ? beta.mean() : before;
        for (int step = 0; step < MOST_STEPS; step++) {
            double kernel = beta.kernel(x);
            double error = beta.cumulative(x, kernel) - share;
            if (Math.abs(error) < TOLERANCE) {
                break;
            }
            if (error > 0) {
                right = x;
            } else {
                left = x;
            }
            double next = x - error * x * (1 - x) / kernel;
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
