package dev.fresnel.replay.rule;

import java.util.random.RandomGenerator;

/**
 * A learner that is shown every arm's outcome after each request and then takes the best mean of the bucket: what is lost to it is lost
 * to not knowing the task yet, not to exploring. Means start at the arm's mean over all buckets with a mass of four.
 */
final class FullInformation implements Chooser.SeesAll {
    private static final String EVERYWHERE = "";
    private static final double MASS = 4;

    private final Tally tally;
    private final RandomGenerator chance;

    FullInformation(int arms, RandomGenerator chance) {
        this.tally = new Tally(arms);
        this.chance = chance;
    }

    @Override
    public Choice choose(Offer offer) {
        Tally.Cells all = tally.at(EVERYWHERE);
        Tally.Cells cells = tally.at(offer.leaf());
        return Choice.of(Best.of(
                offer, chance, arm -> cells.mean(arm, all.mean(arm, 0.5, 1), MASS) - offer.charge(arm)));
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {}

    @Override
    public void learnAll(Offer offer, double... qualities) {
        for (int arm = 0; arm < qualities.length; arm++) {
            tally.at(EVERYWHERE).add(arm, qualities[arm]);
            tally.at(offer.leaf()).add(arm, qualities[arm]);
        }
    }
}
