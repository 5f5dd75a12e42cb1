package dev.fresnel.policy;

/** The few special functions that the rules need. Written out, since a numerics library would be a thousand times their size. */
public final class SpecialFunctions {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
    private static final double LANCZOS_SHIFT = 7.5;
    private static final double[] LANCZOS = {
        0.9999999999998099,
        676.5203681218851,
        -1259.1392167224028,
        771.3234287776531,
        -176.6150291621406,
        12.507343278686905,
        -0.13857109526572012,
        9.984369578019572e-6,
        1.5056327351493116e-7
    };

    /** Beyond this many standard deviations the normal distribution function is 0 or 1 to within 1e-15. */
    private static final double NORMAL_EDGE = 8;

    private static final int MOST_TERMS = 500;
    private static final double TINY = 1e-300;
    private static final double CONVERGED = 1e-14;

    private SpecialFunctions() {}

    /**
     * The standard normal distribution function, absolute error below 1e-14. Series of Marsaglia, "Evaluating the normal
     * distribution", Journal of Statistical Software 11 (2004).
     *
     * @param z any number; NaN counts as 0
     */
    public static double normalCumulative(double z) {
        if (Double.isNaN(z)) {
            return 0.5;
        }
        if (Math.abs(z) > NORMAL_EDGE) {
            return z > 0 ? 1 : 0;
        }
        double sum = z;
        double before = 0;
        double term = z;
        for (int i = 3; sum != before; i += 2) {
            before = sum;
            term *= z * z / i;
            sum += term;
        }
        return Math.clamp(0.5 + sum * Math.exp(-0.5 * z * z - HALF_LOG_TWO_PI), 0, 1);
    }

    /** The inverse of {@link #normalCumulative} by bisection: exact, slow, used for tables only. */
    static double normalQuantile(double p) {
        double low = -NORMAL_EDGE;
        double high = NORMAL_EDGE;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            if (normalCumulative(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** {@code ln Gamma(x)} for {@code x > 0}, relative error near 1e-14. Lanczos' approximation with g = 7. */
    static double logGamma(double x) {
        if (x < 0.5) {
            return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
        }
        double y = x - 1;
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (y + i);
        }
        double t = y + LANCZOS_SHIFT;
        return HALF_LOG_TWO_PI + (y + 0.5) * Math.log(t) - t + Math.log(sum);
    }

    /** {@code ln B(a, b)} for positive parameters. */
    public static double logBeta(double a, double b) {
        return logGamma(a) + logGamma(b) - logGamma(a + b);
    }

    /** The continued fraction of DLMF 8.17.22, evaluated by Lentz's method. */
    static double betaFraction(double a, double b, double x) {
        double c = 1;
        double d = 1 / awayFromZero(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m <= MOST_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / awayFromZero(1 + even * d);
            c = awayFromZero(1 + even / c);
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / awayFromZero(1 + odd * d);
            c = awayFromZero(1 + odd / c);
            double step = d * c;
            fraction *= step;
            if (Math.abs(step - 1) < CONVERGED) {
                break;
            }
        }
        return fraction;
    }

    private static double awayFromZero(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }
}
