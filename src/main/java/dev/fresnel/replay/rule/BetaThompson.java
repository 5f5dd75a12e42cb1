package dev.fresnel.replay.rule;

import java.util.random.RandomGenerator;

/**
 * Thompson sampling per bucket with a flat Beta(1,1) prior (Agrawal and Goyal, arXiv:1111.1797): draws a quality for each arm, takes the
 * best after its charge. A fractional quality counts as so much success and so much failure.
 */
final class BetaThompson implements Chooser {
    private final Tally tally;
    private final RandomGenerator chance;

    BetaThompson(int arms, RandomGenerator chance) {
        this.tally = new Tally(arms);
        this.chance = chance;
    }

    @Override
    public Choice choose(Offer offer) {
        Tally.Cells cells = tally.at(offer.leaf());
        return Choice.of(Best.of(
                offer,
                chance,
                arm -> Draws.beta(chance, 1 + cells.sum(arm), 1 + cells.n(arm) - cells.sum(arm)) - offer.charge(arm)));
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        tally.at(offer.leaf()).add(choice.arm(), quality);
    }
}
