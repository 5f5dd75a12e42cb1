package dev.fresnel.replay.rule;

import java.util.random.RandomGenerator;

/** Draws from the beta distribution, by two gamma draws (Marsaglia and Tsang 2000, DOI 10.1145/358407.358414). */
final class Draws {
    private Draws() {}

    /** Both parameters above 0. */
    static double beta(RandomGenerator chance, double a, double b) {
        double x = gamma(chance, a);
        double y = gamma(chance, b);
        return x / (x + y);
    }

    private static double gamma(RandomGenerator chance, double shape) {
        if (shape < 1) {
            // G(a) = G(a+1) * U^(1/a), section 6 of the paper.
            return gamma(chance, shape + 1) * Math.pow(1 - chance.nextDouble(), 1 / shape);
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = chance.nextGaussian();
            double v = 1 + c * x;
            if (v <= 0) {
                continue;
            }
            v = v * v * v;
            double u = 1 - chance.nextDouble();
            if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
                return d * v;
            }
        }
    }
}
