package dev.fresnel.policy;

/**
 * Epsilon-greedy with decay, on the leaf's own counts: the arm of the best mean, and now and then any arm.
 *
 * <pre>
 *   p_a = epsilon / K + (1 - epsilon) * [a has the largest mean_a - price_a],   epsilon = min(1, c * K / N)
 * </pre>
 *
 * <ul>
 *   <li>{@code K} possible arms, {@code N} effective pulls of them, those in flight included;
 *   <li>{@code c} exploring pulls: the theorem's {@code c/d^2} with {@code d} a lower bound of the gap between best and second arm.
 * </ul>
 *
 * <p>Reference: Auer, Cesa-Bianchi, Fischer 2002, theorem 3. Departures: an arm that was never pulled has its prior mean; since
 * counts are decayed, {@code N} levels off and epsilon never reaches zero.
 */
final class EpsilonGreedy implements UpdateRule {
    private final double pulls;

    EpsilonGreedy(double pulls) {
        this.pulls = pulls;
    }

    @Override
    public void rank(Standings standings) {
        int possible = 0;
        for (int i = 0; i < standings.size(); i++) {
            standings.score(i, standings.mean(i) - standings.price(i));
            possible += standings.isPossible(i) ? 1 : 0;
        }
        standings.bestScoreWins();
        double epsilon = Math.min(1, pulls * possible / Math.max(1, standings.totalPulls()));
        for (int i = 0; i < standings.size(); i++) {
            if (standings.isPossible(i)) {
                standings.probability(i, epsilon / possible + (1 - epsilon) * standings.probability(i));
            }
        }
    }
}
