package dev.fresnel.savings;

/** The 97.5 % quantile of Student's t distribution: half the width of a 95 % interval, in standard errors. */
public final class StudentT {
    private static final double NORMAL = 1.959963984540054;
    private static final double[] SMALL = {
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281
    };

    private StudentT() {}

    /**
     * Exact to four digits for whole degrees: a table up to 10, then the Cornish-Fisher expansion (Abramowitz and Stegun 26.7.5). Between two of the
     * table it is interpolated in {@code 1/degrees}.
     *
     * @param degrees of freedom, 1 or more
     */
    public static double quantile975(double degrees) {
        if (!(degrees >= 1)) {
            throw new IllegalArgumentException("degrees of freedom are 1 or more: " + degrees);
        }
        if (degrees <= SMALL.length) {
            int below = (int) degrees;
            if (below == degrees) {
                return SMALL[below - 1];
            }
            double share = (1.0 / below - 1 / degrees) / (1.0 / below - 1.0 / (below + 1));
            return SMALL[below - 1] + share * (SMALL[below] - SMALL[below - 1]);
        }
        double z = NORMAL;
        double z3 = z * z * z;
        double z5 = z3 * z * z;
        double z7 = z5 * z * z;
        double n = degrees;
        return z
                + (z3 + z) / (4 * n)
                + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
                + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
    }
}
