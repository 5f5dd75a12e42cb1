package dev.fresnel.policy;

/**
 * How far real outcomes bear out the seed rows of a task: the weight of the informed component in a mixture of two priors,
 *
 * <pre>
 *   w = sigmoid( logit(t) + min_a [ ln B(a_a + x_a, b_a + n_a - x_a) - ln B(a_a, b_a) - ln B(1 + x_a, 1 + n_a - x_a) ] )
 * </pre>
 *
 * <ul>
 *   <li>{@code a_a, b_a} the arm's seed rows as successes and failures; {@code x_a, n_a} its live evidence;
 *   <li>{@code t} trust before any outcome; the bracket is the logarithm of a Bayes factor between two beta-binomial likelihoods,
 *       the second of which knows nothing.
 * </ul>
 *
 * <p>One weight per task, that of its worst arm: agreement about the arm that is always played must not outvote the arm that wrong rows
 * keep from being played. The decision draws the component and then the arm, that is, mixes their probabilities. Reference: Schmidli et al., "Robust meta-analytic-predictive priors in clinical trials with historical
 * control information", Biometrics 70 (2014).
 */
final class SeedTrust {
    private static final double SMALLEST = 0.05;

    private SeedTrust() {}

    static double of(Evidence[] live, Evidence[] seeds, double before) {
        double worst = Double.POSITIVE_INFINITY;
        for (int a = 0; a < live.length; a++) {
            if (seeds[a].weight() > 0) {
                worst = Math.min(worst, logBayesFactor(live[a], seeds[a]));
            }
        }
        return 1 / (1 + Math.exp(-Math.log(before / (1 - before)) - worst));
    }

    private static double logBayesFactor(Evidence live, Evidence seed) {
        double successes = Math.max(SMALLEST, seed.reward());
        double failures = Math.max(SMALLEST, seed.weight() - seed.reward());
        double won = live.reward();
        double lost = live.weight() - live.reward();
        return SpecialFunctions.logBeta(successes + won, failures + lost)
                - SpecialFunctions.logBeta(successes, failures)
                - SpecialFunctions.logBeta(1 + won, 1 + lost);
    }
}
