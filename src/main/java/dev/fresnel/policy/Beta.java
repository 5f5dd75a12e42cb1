package dev.fresnel.policy;

/** The Beta distribution on 0.0 to 1.0 with two positive parameters. Immutable. */
final class Beta {
    private final double a;
    private final double b;
    private final double logBeta;

    Beta(double a, double b) {
        this.a = a;
        this.b = b;
        this.logBeta = SpecialFunctions.logBeta(a, b);
    }

    double mean() {
        return a / (a + b);
    }

    /** {@code x^a (1-x)^b / B(a, b)}: the density times {@code x (1-x)}, and the factor before the fraction of the distribution function. */
    double kernel(double x) {
        return x <= 0 || x >= 1 ? 0 : Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta);
    }

    double cumulative(double x) {
        return cumulative(x, kernel(x));
    }

    /** The distribution function: the regularised incomplete beta function I_x(a, b); {@code kernel} is that of {@code x}. */
    double cumulative(double x, double kernel) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        // The fraction converges fast on one side of the mean only; symmetry gives the other.
        return x < (a + 1) / (a + b + 2)
                ? kernel * SpecialFunctions.betaFraction(a, b, x) / a
                : 1 - kernel * SpecialFunctions.betaFraction(b, a, 1 - x) / b;
    }
}
