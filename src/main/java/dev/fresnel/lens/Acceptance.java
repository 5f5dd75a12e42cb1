package dev.fresnel.lens;

/**
 * What one lens has shown of its use for tasks that are merely like its own: the probability that an answer is as good as one to its own task,
 * given the similarity, as a logistic curve whose place and slope are learned from outcomes. Correct and wrong hits overlap, and where they
 * part differs from entry to entry, so no threshold is right for all (vCache, arXiv:2502.03771; written from the paper).
 *
 * <pre>
 *   P(good | s) = 1 / (1 + exp(-slope (s - place)))
 *   P(y = 1)    = quality * P(good | s)     quality: of answers to the lens's own task
 * </pre>
 *
 * The posterior stands on a grid of places and slopes, uniform before the first outcome, so that an outcome, and a revision of one, only adds to
 * log-likelihoods. Not thread-safe.
 */
final class Acceptance {
    private static final double[] PLACES = places();
    private static final double[] SLOPES = {5, 10, 20, 40};
    private static final double LOWEST = 1e-6;

    /** The lower end of P(good) is this quantile of its posterior. */
    private static final double DOUBT = 0.05;

    private final double[] logLikelihood = new double[PLACES.length * SLOPES.length];

    private static double[] places() {
        double[] places = new double[16];
        for (int i = 0; i < places.length; i++) {
            places[i] = 0.3 + 0.05 * i;
        }
        return places;
    }

    /** @param quality of answers to the lens's own task, above 0.0 */
    void heard(double similarity, Tally outcome, double quality) {
        double good = outcome.reward() / 1e6;
        double bad = outcome.weight() / 1e6 - good;
        for (int i = 0; i < logLikelihood.length; i++) {
            double right = Math.clamp(quality * good(i, similarity), LOWEST, 1 - LOWEST);
            logLikelihood[i] += good * Math.log(right) + bad * Math.log1p(-right);
        }
    }

    /** What P(good) exceeds with 95 % probability, 0.0 to 1.0. */
    double lowerBound(double similarity) {
        double most = Double.NEGATIVE_INFINITY;
        for (double each : logLikelihood) {
            most = Math.max(most, each);
        }
        double sum = 0;
        double[] weights = new double[logLikelihood.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp(logLikelihood[i] - most);
            sum += weights[i];
        }
        // The grid is small: the quantile is found by asking how much lies below each value it has.
        double bound = 1;
        for (int i = 0; i < weights.length; i++) {
            double value = good(i, similarity);
            if (value < bound && below(value, similarity, weights) > DOUBT * sum) {
                bound = value;
            }
        }
        return bound;
    }

    /** Weight of the curves that are at {@code value} or below. */
    private static double below(double value, double similarity, double[] weights) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += good(i, similarity) <= value ? weights[i] : 0;
        }
        return sum;
    }

    private static double good(int i, double similarity) {
        double slope = SLOPES[i % SLOPES.length];
        return 1 / (1 + Math.exp(-slope * (similarity - PLACES[i / SLOPES.length])));
    }
}
