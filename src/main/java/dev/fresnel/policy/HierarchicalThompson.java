package dev.fresnel.policy;

/**
 * Thompson sampling on the hierarchical posterior, as a probability instead of a draw:
 *
 * <pre>
 *   u ~ N(m - price, s^2 Q),   p_a = P(u_a is the largest)
 *   two arms:  p_1 = Phi( (u_1 - u_0) / (s * sqrt(Q_11 + Q_00 - 2 Q_01)) )
 *   more:      p_a = (wins_a + 1/2) / (J + K/2) over J fixed quasi-random draws
 * </pre>
 *
 * <ul>
 *   <li>{@code m, Q} joint posterior of the arms' quality in this leaf ({@link Hierarchy}); {@code Phi} normal distribution function;
 *   <li>{@code s} spread: below 1 it explores less than the posterior says.
 * </ul>
 *
 * <p>References: Agrawal, Goyal, "Further optimal regret bounds for Thompson sampling", AISTATS 2013 (arXiv:1209.3353) for Gaussian
 * sampling; Chapelle, Li, "An empirical evaluation of Thompson sampling", NIPS 2011, for the reduced spread. Departures: the argmax
 * of random draws has a propensity nobody knows, so the probability is computed and then drawn from once; the draws for more than
 * two arms are the same for every request, which makes a decision a function of state and chance alone.
 */
final class HierarchicalThompson implements UpdateRule {
    private static final double SMOOTHING = 0.5;

    private final double spread;
    private final double[][] draws;

    HierarchicalThompson(double spread) {
        this.spread = spread;
        this.draws = NormalDraws.of(2 * Policy.MAX_ARMS);
    }

    @Override
    public void rank(Standings standings) {
        for (int i = 0; i < standings.size(); i++) {
            standings.score(i, standings.quality(i) - standings.price(i));
            standings.probability(i, 0);
        }
        switch (standings.size()) {
            case 1 -> standings.probability(0, 1);
            case 2 -> compareTwo(standings);
            default -> countWins(standings);
        }
    }

    private void compareTwo(Standings standings) {
        double variance = standings.covariance(0, 0) + standings.covariance(1, 1) - 2 * standings.covariance(0, 1);
        double z = (standings.score(1) - standings.score(0))
                / (spread * Math.sqrt(Math.max(variance, Gaussian.LEAST_VARIANCE)));
        double second = SpecialFunctions.normalCumulative(z);
        standings.probability(0, 1 - second);
        standings.probability(1, second);
    }

    private void countWins(Standings standings) {
        int possible = 0;
        for (int i = 0; i < standings.size(); i++) {
            possible += standings.isPossible(i) ? 1 : 0;
        }
        double share = 1 / (draws.length + SMOOTHING * possible);
        for (double[] draw : draws) {
            int winner = winner(standings, draw);
            standings.probability(winner, standings.probability(winner) + share);
        }
        for (int i = 0; i < standings.size(); i++) {
            if (standings.isPossible(i)) {
                standings.probability(i, standings.probability(i) + SMOOTHING * share);
            }
        }
    }

    private int winner(Standings standings, double[] draw) {
        int winner = 0;
        double best = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < standings.size(); i++) {
            double utility = standings.score(i) + spread * standings.deviationAt(i, draw);
            if (utility > best) {
                best = utility;
                winner = i;
            }
        }
        return winner;
    }
}
