package dev.fresnel.policy;

import java.util.Arrays;

/**
 * What evidence says about the arms' quality, without any prior: {@code n_a} rewards of mean {@code y_a} and noise {@code v_a}, that is,
 * precision {@code Lambda_a = n_a / v_a}, which is 0 for an arm without evidence. Immutable.
 */
final class Likelihood {
    /** Evidence beyond this many pulls adds nothing a decision can notice, and would cost the matrices their last digits. */
    private static final double MOST_PULLS = 1e6;

    /** {@code W}: the square roots of the precisions. */
    private final double[] root;

    private final double[] mean;

    private Likelihood(double[] root, double[] mean) {
        this.root = root;
        this.mean = mean;
    }

    static Likelihood of(Evidence[] effective, double[] noise) {
        double[] root = new double[noise.length];
        double[] mean = new double[noise.length];
        for (int a = 0; a < noise.length; a++) {
            double weight = effective[a].weight();
            if (weight > 0) {
                root[a] = Math.sqrt(Math.min(weight, MOST_PULLS) / noise[a]);
                mean[a] = effective[a].reward() / weight;
            }
        }
        return new Likelihood(root, mean);
    }

    boolean isEmpty() {
        return Arrays.stream(root).allMatch(each -> each == 0);
    }

    /** What both say, about different arms: these first, then the others'. */
    Likelihood beside(Likelihood others) {
        return new Likelihood(joined(root, others.root), joined(mean, others.mean));
    }

    private static double[] joined(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /**
     * The factor of {@code B = I + W S W} with {@code W = Lambda^(1/2)}. All of its eigenvalues are 1 or more, so it is well
     * conditioned for any evidence, none at all included; no formula below inverts {@code S} or {@code Lambda}.
     */
    private double[][] factorOf(double[][] covariance) {
        int size = root.length;
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                matrix[i][j] = (i == j ? 1 : 0) + root[i] * root[j] * covariance[i][j];
            }
        }
        return Matrix.cholesky(matrix);
    }

    /**
     * The belief after the evidence: with prior {@code N(mu, S)},
     *
     * <pre>
     *   Q = S - S W B^-1 W S,   m = mu + S W B^-1 W (y - mu)
     * </pre>
     *
     * which equals {@code Q = (S^-1 + Lambda)^-1, m = Q (S^-1 mu + Lambda y)}. Reference: Rasmussen, Williams, "Gaussian processes for
     * machine learning" (2006), algorithm 2.1 and equation 3.26.
     */
    Gaussian after(Gaussian prior) {
        int size = root.length;
        double[][] factor = factorOf(prior.covariance());
        double[] surprise = new double[size];
        for (int a = 0; a < size; a++) {
            surprise[a] = root[a] * (mean[a] - prior.mean()[a]);
        }
        double[] weights = weighted(Matrix.solve(factor, surprise));
        double[] posterior = Matrix.plus(prior.mean(), Matrix.times(prior.covariance(), weights));
        double[][] covariance = new double[size][size];
        for (int j = 0; j < size; j++) {
            double[] column = weighted(Matrix.solve(factor, weighted(prior.covariance()[j])));
            double[] explained = Matrix.times(prior.covariance(), column);
            for (int i = 0; i < size; i++) {
                covariance[i][j] = prior.covariance()[i][j] - explained[i];
            }
        }
        return new Gaussian(posterior, symmetric(covariance));
    }

    /** What this task tells its population about the common mean, given that tasks scatter around it with covariance {@code S}. */
    Message through(double[][] covariance) {
        int size = root.length;
        double[][] factor = factorOf(covariance);
        double[][] gain = new double[size][];
        for (int i = 0; i < size; i++) {
            double[] unit = new double[size];
            unit[i] = root[i];
            gain[i] = weighted(Matrix.solve(factor, unit));
        }
        return new Message(gain, Matrix.times(gain, mean));
    }

    private double[] weighted(double[] vector) {
        double[] result = new double[vector.length];
        for (int a = 0; a < vector.length; a++) {
            result[a] = root[a] * vector[a];
        }
        return result;
    }

    private static double[][] symmetric(double[][] matrix) {
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < i; j++) {
                double middle = (matrix[i][j] + matrix[j][i]) / 2;
                matrix[i][j] = middle;
                matrix[j][i] = middle;
            }
            matrix[i][i] = Math.max(matrix[i][i], Gaussian.LEAST_VARIANCE);
        }
        return matrix;
    }

    /**
     * A task's contribution to the precision and the shift of the population's mean:
     *
     * <pre>
     *   M = (S + Lambda^-1)^-1 = W B^-1 W,   H = M y
     * </pre>
     */
    static final class Message {
        private final double[][] precision;
        private final double[] shift;

        Message(double[][] precision, double[] shift) {
            this.precision = precision;
            this.shift = shift;
        }

        double[][] precision() {
            return precision;
        }

        double[] shift() {
            return shift;
        }
    }
}
