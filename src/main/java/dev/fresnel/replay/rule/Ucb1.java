package dev.fresnel.replay.rule;

import java.util.random.RandomGenerator;

/**
 * UCB1 per bucket (Auer, Cesa-Bianchi, Fischer 2002, DOI 10.1023/A:1013689704352): plays {@code mean + sqrt(2 ln N / n) - charge},
 * every arm once first. The charge is known, so it is outside the mean.
 */
final class Ucb1 implements Chooser {
    private final Tally tally;
    private final RandomGenerator chance;

    Ucb1(int arms, RandomGenerator chance) {
        this.tally = new Tally(arms);
        this.chance = chance;
    }

    @Override
    public Choice choose(Offer offer) {
        Tally.Cells cells = tally.at(offer.leaf());
        return Choice.of(Best.of(offer, chance, arm -> index(cells, arm) - offer.charge(arm)));
    }

    private static double index(Tally.Cells cells, int arm) {
        double n = cells.n(arm);
        return n == 0
                ? Double.POSITIVE_INFINITY
                : cells.sum(arm) / n + Math.sqrt(2 * Math.log(Math.max(1, cells.total())) / n);
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        tally.at(offer.leaf()).add(choice.arm(), quality);
    }
}
