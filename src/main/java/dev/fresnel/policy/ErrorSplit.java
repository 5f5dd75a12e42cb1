package dev.fresnel.policy;

import java.util.Arrays;

/**
 * Whose error a leaf's posterior is: the population's, which all leaves share, or its own. Given the population's mean {@code mu}, a
 * leaf's quality is {@code N(m + G (mu - E[mu]), V)}, so with {@code C} the covariance of {@code mu} its posterior covariance is
 *
 * <pre>
 *   Q = G C G' + V
 * </pre>
 *
 * <p>{@code G} is what is left of the prior's pull after evidence: near the identity for a leaf that was never played, near 0 for one that
 * was played a lot. Each level of the hierarchy (task, leaf) multiplies it by {@code R = I - P M}, with {@code P} the level's prior
 * covariance given the level above and {@code M = (P + Lambda^-1)^-1} what its evidence says through it; and {@code V = R P}.
 * Immutable.
 */
final class ErrorSplit {
    private final double[][] own;
    private final double[][] pull;

    private ErrorSplit(double[][] own, double[][] pull) {
        this.own = own;
        this.pull = pull;
    }

    /** A level that scatters around a known mean, before any evidence. */
    static ErrorSplit of(double[][] scatter) {
        return new ErrorSplit(scatter, Matrix.diagonal(scatter.length, 1));
    }

    /** The next level down. */
    ErrorSplit widened(double[][] scatter) {
        return new ErrorSplit(Matrix.plus(own, scatter), pull);
    }

    /** What it says of the first arms alone. */
    ErrorSplit ofFirst(int arms) {
        return arms == own.length ? this : new ErrorSplit(Matrix.corner(own, arms), Arrays.copyOf(pull, arms));
    }

    ErrorSplit after(Likelihood evidence) {
        double[][] left = Matrix.minus(
                Matrix.diagonal(own.length, 1),
                Matrix.product(own, evidence.through(own).precision()));
        return new ErrorSplit(Matrix.product(left, own), Matrix.product(left, pull));
    }

    /** Covariance of {@code q - mu}: {@code V + (I - G) C (I - G)'}. */
    double[][] awayFromMean(double[][] shared) {
        double[][] back = Matrix.minus(Matrix.diagonal(own.length, 1), pull);
        return Matrix.plus(own, Matrix.product(Matrix.product(back, shared), Matrix.transposed(back)));
    }

    /** Standard deviation of the own part of {@code weights . quality}. */
    double deviation(double[] weights) {
        return Math.sqrt(Math.max(0, Matrix.product(weights, Matrix.times(own, weights))));
    }

    /** How {@code weights . quality} moves with the population's mean: {@code G' w}. */
    double[] exposure(double[] weights) {
        double[] moved = new double[pull[0].length];
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < moved.length; j++) {
                moved[j] += weights[i] * pull[i][j];
            }
        }
        return moved;
    }
}
