package dev.fresnel.policy;

/**
 * UCB1-Tuned on the leaf's own counts: the width follows the variance that was seen.
 *
 * <pre>
 *   index_a = mean_a + sqrt(ln N / n_a * min(1/4, V_a + sqrt(2 ln N / n_a))) - price_a
 * </pre>
 *
 * with {@code V_a} the empirical variance of the arm's rewards and the other symbols as in {@link Ucb1}, from whose section 4 it is
 * taken. There is no proof of its regret. Departures: those of {@link Ucb1}, but the constant is the original one.
 */
final class UcbTuned implements UpdateRule {
    private static final double LARGEST_VARIANCE = 0.25;

    @Override
    public void rank(Standings standings) {
        double log = standings.logPulls();
        for (int i = 0; i < standings.size(); i++) {
            standings.score(i, Math.min(index(standings, i, log), Standings.UNPLAYED) - standings.price(i));
        }
        standings.bestScoreWins();
    }

    private static double index(Standings standings, int i, double log) {
        double pulls = standings.pulls(i) + standings.pending(i);
        if (!(pulls > 0)) {
            return Standings.UNPLAYED;
        }
        double variance = standings.variance(i) + Math.sqrt(2 * log / pulls);
        return standings.mean(i) + Math.sqrt(log / pulls * Math.min(LARGEST_VARIANCE, variance));
    }
}
