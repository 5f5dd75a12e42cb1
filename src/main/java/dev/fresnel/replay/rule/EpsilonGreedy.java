package dev.fresnel.replay.rule;

import java.util.random.RandomGenerator;

/** Per bucket the best mean after its charge, and with a fixed probability any arm. An unseen arm counts as one success in two. */
final class EpsilonGreedy implements Chooser {
    private final Tally tally;
    private final RandomGenerator chance;
    private final double epsilon;

    EpsilonGreedy(int arms, RandomGenerator chance, double epsilon) {
        this.tally = new Tally(arms);
        this.chance = chance;
        this.epsilon = epsilon;
    }

    @Override
    public Choice choose(Offer offer) {
        if (chance.nextDouble() < epsilon) {
            return Choice.of(Best.random(offer, chance));
        }
        Tally.Cells cells = tally.at(offer.leaf());
        return Choice.of(Best.of(offer, chance, arm -> cells.mean(arm, 0.5, 2) - offer.charge(arm)));
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        tally.at(offer.leaf()).add(choice.arm(), quality);
    }
}
