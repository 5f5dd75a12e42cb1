package dev.fresnel.policy;

/**
 * An upper confidence index on the hierarchical posterior, so that a new bucket begins with the index of its parents instead of
 * playing every arm once:
 *
 * <pre>
 *   index_a = m_a + c * sqrt(2 ln(1 + N)) * sd'_a - price_a
 *   1 / sd'_a^2 = 1 / sd_a^2 + pending_a / v_a
 *   N = sum_a v_a / sd'_a^2
 * </pre>
 *
 * <ul>
 *   <li>{@code m_a, sd_a} posterior mean and standard deviation of the arm's quality in this leaf ({@link Hierarchy}); {@code v_a}
 *       variance of one reward;
 *   <li>{@code sd'_a} the deviation after the requests in flight will have answered: virtual pulls, they narrow the width and leave
 *       the mean;
 *   <li>{@code v_a / sd_a^2} pulls that the posterior is worth, those borrowed from parents included; {@code c} width.
 * </ul>
 *
 * <p>With {@code v/n} for {@code sd^2} this is {@link Ucb1} scaled by the reward's variance. References: Kaufmann, Cappé, Garivier,
 * "On Bayesian upper confidence bounds for bandit problems", AISTATS 2012; Srinivas et al., "Gaussian process optimization in the
 * bandit setting", ICML 2010 (arXiv:0912.3995). Departures: the width's growth is theirs, its constant is tuned; {@code N} counts
 * borrowed pulls, so a well-informed new bucket is not treated as an empty one.
 */
final class HierarchicalUcb implements UpdateRule {
    private final double width;

    HierarchicalUcb(double width) {
        this.width = width;
    }

    @Override
    public void rank(Standings standings) {
        double pulls = 0;
        for (int i = 0; i < standings.size(); i++) {
            if (standings.isPossible(i)) {
                pulls += standings.noise(i) / expectedVariance(standings, i);
            }
        }
        double scale = width * Math.sqrt(2 * Math.log1p(pulls));
        for (int i = 0; i < standings.size(); i++) {
            double deviation = Math.sqrt(expectedVariance(standings, i));
            standings.score(i, standings.quality(i) + scale * deviation - standings.price(i));
        }
        standings.bestScoreWins();
    }

    private static double expectedVariance(Standings standings, int i) {
        return 1 / (1 / standings.covariance(i, i) + standings.pending(i) / standings.noise(i));
    }
}
