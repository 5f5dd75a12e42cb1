package dev.fresnel.policy;

/**
 * What is known of the arms in one bucket at one moment: the published form of all that was learned, which event loops read without a
 * lock. Arms are numbered as in the population's {@link Roster}; an arm that joined later has no number here yet. Immutable: nobody
 * writes into the arrays after construction.
 */
final class Belief {
    private final Gaussian posterior;
    private final double[][] factor;
    private final double[] noise;
    private final Evidence[] pulls;
    private final double[][] beta;

    Belief(Gaussian posterior, double[] noise, Evidence[] pulls, double[][] beta) {
        this.posterior = posterior;
        this.factor = Matrix.cholesky(posterior.covariance());
        this.noise = noise;
        this.pulls = pulls;
        this.beta = beta;
    }

    /** Quality of the arms, jointly. */
    Gaussian posterior() {
        return posterior;
    }

    /** Lower triangular Cholesky factor of the posterior's covariance, for drawing jointly. */
    double[][] factor() {
        return factor;
    }

    /** Variance of a single reward per arm. */
    double[] noise() {
        return noise;
    }

    /** The leaf's own effective evidence per arm; parents and siblings do not count here. */
    Evidence[] pulls() {
        return pulls;
    }

    /** Equiprobable quantiles of the leaf's Beta posterior per arm; empty unless the rule reads them. */
    double[][] beta() {
        return beta;
    }

    int size() {
        return noise.length;
    }
}
