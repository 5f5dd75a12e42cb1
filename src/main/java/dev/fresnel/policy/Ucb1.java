package dev.fresnel.policy;

/**
 * UCB1 on the leaf's own counts:
 *
 * <pre>
 *   index_a = mean_a + c * sqrt(ln N / n_a) - price_a
 * </pre>
 *
 * <ul>
 *   <li>{@code mean_a} mean reward of the arm in this leaf, in [0,1]; {@code n_a} its effective pulls plus those in flight, {@code
 *       N} their sum over the arms;
 *   <li>{@code c} width; {@code price_a} dollars and penalties in units of quality ({@link Stakes}).
 * </ul>
 *
 * <p>Reference: Auer, Cesa-Bianchi, Fischer, "Finite-time analysis of the multiarmed bandit problem", Machine Learning 47 (2002),
 * where {@code c = sqrt(2)}. Departures: the default width is narrower, since gaps between models are a few hundredths; requests in
 * flight count as pulls that have not paid yet, else a batch of simultaneous requests all follow the same index; counts are decayed
 * ({@link ForwardDecay}); an arm without pulls comes before all others, cheapest first.
 */
final class Ucb1 implements UpdateRule {
    private final double width;

    Ucb1(double width) {
        this.width = width;
    }

    @Override
    public void rank(Standings standings) {
        double log = standings.logPulls();
        for (int i = 0; i < standings.size(); i++) {
            double pulls = standings.pulls(i) + standings.pending(i);
            double index = pulls > 0 ? standings.mean(i) + width * Math.sqrt(log / pulls) : Standings.UNPLAYED;
            standings.score(i, Math.min(index, Standings.UNPLAYED) - standings.price(i));
        }
        standings.bestScoreWins();
    }
}
