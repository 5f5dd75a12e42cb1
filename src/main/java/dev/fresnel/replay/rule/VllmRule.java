package dev.fresnel.replay.rule;

import java.util.random.RandomGenerator;

/**
 * The routing sampling of the vLLM semantic router (2026): a Beta draw per arm with a prior weight of 2 and no decay. A bucket without
 * evidence falls back to the arm's evidence everywhere, weighed as the prior. Its hand-set penalties for cost, overuse and failures
 * are replaced by the true charge, in its favour.
 */
final class VllmRule implements Chooser {
    private static final String EVERYWHERE = "";
    private static final double PRIOR_WEIGHT = 2;

    private final Tally tally;
    private final RandomGenerator chance;

    VllmRule(int arms, RandomGenerator chance) {
        this.tally = new Tally(arms);
        this.chance = chance;
    }

    @Override
    public Choice choose(Offer offer) {
        Tally.Cells all = tally.at(EVERYWHERE);
        Tally.Cells cells = tally.at(offer.leaf());
        return Choice.of(Best.of(offer, chance, arm -> {
            double prior = cells.n(arm) > 0 ? 0.5 : all.mean(arm, 0.5, PRIOR_WEIGHT);
            double good = prior * PRIOR_WEIGHT + cells.sum(arm);
            double bad = (1 - prior) * PRIOR_WEIGHT + cells.n(arm) - cells.sum(arm);
            return Draws.beta(chance, good, bad) - offer.charge(arm);
        }));
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        tally.at(EVERYWHERE).add(choice.arm(), quality);
        tally.at(offer.leaf()).add(choice.arm(), quality);
    }
}
