package dev.fresnel.policy;

/**
 * KL-UCB for Bernoulli rewards, on the leaf's own counts:
 *
 * <pre>
 *   index_a = max { q : n_a * kl(mean_a, q) <= ln N + 3 ln ln N } - price_a
 *   kl(p, q) = p ln(p/q) + (1-p) ln((1-p)/(1-q))
 * </pre>
 *
 * <p>Symbols as in {@link Ucb1}. Reference: Garivier, Cappé, "The KL-UCB algorithm for bounded stochastic bandits and beyond", COLT
 * 2011 (arXiv:1102.2490), asymptotically optimal for Bernoulli rewards. Departures: those of {@link Ucb1} except its width; the
 * mean is kept away from 0 and 1, where kl is infinite; the maximum is found by bisection to 1e-6, far below any gap that matters.
 */
final class KlUcb implements UpdateRule {
    private static final double EDGE = 1e-9;
    private static final int BISECTIONS = 20;
    private static final double LOG_LOG_FACTOR = 3;

    @Override
    public void rank(Standings standings) {
        double log = standings.logPulls();
        double budget = log + LOG_LOG_FACTOR * Math.log(Math.max(1, log));
        for (int i = 0; i < standings.size(); i++) {
            double pulls = standings.pulls(i) + standings.pending(i);
            double index = pulls > 0 ? upper(standings.mean(i), budget / pulls) : Standings.UNPLAYED;
            standings.score(i, index - standings.price(i));
        }
        standings.bestScoreWins();
    }

    /** The largest {@code q} with {@code kl(mean, q) <= budget}. */
    static double upper(double mean, double budget) {
        double p = Math.clamp(mean, EDGE, 1 - EDGE);
        double low = p;
        double high = 1 - EDGE;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (divergence(p, middle) <= budget) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double divergence(double p, double q) {
        return p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
    }
}
