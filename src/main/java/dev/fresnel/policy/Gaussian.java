package dev.fresnel.policy;

import java.util.Arrays;

/**
 * A joint normal belief about the quality of up to {@link Policy#MAX_ARMS} arms. Immutable: nobody writes into the arrays after
 * construction.
 */
final class Gaussian {
    /** No belief gets more certain than a standard deviation of 1e-6: dividing by a variance stays safe. */
    static final double LEAST_VARIANCE = 1e-12;

    private final double[] mean;
    private final double[][] covariance;

    /** @param covariance symmetric, positive definite up to rounding */
    Gaussian(double[] mean, double[][] covariance) {
        this.mean = mean;
        this.covariance = covariance;
    }

    double[] mean() {
        return mean;
    }

    double[][] covariance() {
        return covariance;
    }

    int size() {
        return mean.length;
    }

    /** What it says of the first arms alone. */
    Gaussian ofFirst(int arms) {
        return arms == size() ? this : new Gaussian(Arrays.copyOf(mean, arms), Matrix.corner(covariance, arms));
    }

    /** The belief about something that scatters around this one. */
    Gaussian widened(double[][] scatter) {
        return new Gaussian(mean, Matrix.plus(covariance, scatter));
    }
}
