package dev.fresnel.policy;

/**
 * Thompson sampling with one Beta posterior per arm and leaf, as a probability instead of a draw:
 *
 * <pre>
 *   theta_a ~ Beta(k m_a + x_a, k (1 - m_a) + n_a - x_a)
 *   p_a = P(theta_a - price_a is the largest) ~ 1/J sum_j prod_{b != a} F_b(theta_aj - price_a + price_b)
 * </pre>
 *
 * <ul>
 *   <li>{@code n_a, x_a} effective pulls and rewards of the arm in this leaf; {@code m_a} its prior mean, {@code k} = {@link
 *       BetaQuantiles#PRIOR_MASS};
 *   <li>{@code theta_aj} the {@code J} equiprobable quantiles of the arm's posterior, {@code F_b} the distribution function of
 *       another arm read off its quantiles.
 * </ul>
 *
 * <p>The cost grows with the square of the arms: some 5 microseconds for two or three, far more for eight. Reference: Agrawal, Goyal, "Analysis of Thompson sampling for the multi-armed bandit problem", COLT 2012 (arXiv:1111.1797).
 * Departures: probability first, then one draw, so that the propensity in the log is the one that was used; rewards between 0 and 1
 * enter as fractions of a success; what is in flight is not counted, since the randomness already spreads simultaneous requests.
 */
final class FlatThompson implements UpdateRule {
    @Override
    public void rank(Standings standings) {
        double sum = 0;
        for (int i = 0; i < standings.size(); i++) {
            standings.score(i, standings.betaMean(i) - standings.price(i));
            double win = standings.isPossible(i) ? winProbability(standings, i) : 0;
            standings.probability(i, win);
            sum += win;
        }
        if (!(sum > 0)) {
            // Prices so large that qualities vanish beside them.
            standings.bestScoreWins();
            return;
        }
        // The quadrature is exact only in the limit: its shares sum to nearly, not exactly, 1.
        for (int i = 0; i < standings.size(); i++) {
            standings.probability(i, standings.probability(i) / sum);
        }
    }

    private static double winProbability(Standings standings, int i) {
        double[] mine = standings.quantiles(i);
        double sum = 0;
        for (double theta : mine) {
            double product = 1;
            for (int other = 0; other < standings.size(); other++) {
                if (other != i && standings.isPossible(other)) {
                    double rival = theta - standings.price(i) + standings.price(other);
                    product *= BetaQuantiles.below(standings.quantiles(other), rival);
                }
            }
            sum += product;
        }
        return sum / mine.length;
    }
}
