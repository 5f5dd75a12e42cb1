package dev.fresnel.replay.rule;

import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;

/** Picks the open arm with the highest score, ties evenly by chance. */
final class Best {
    private Best() {}

    static int of(Offer offer, RandomGenerator chance, IntToDoubleFunction score) {
        int best = -1;
        int ties = 0;
        double top = Double.NEGATIVE_INFINITY;
        for (int arm = 0; arm < offer.arms(); arm++) {
            if (!offer.isOpen(arm)) {
                continue;
            }
            double value = score.applyAsDouble(arm);
            if (best < 0 || value > top) {
                best = arm;
                top = value;
                ties = 1;
            } else if (value == top && chance.nextInt(++ties) == 0) {
                best = arm;
            }
        }
        return best;
    }

    /** Any open arm, evenly. */
    static int random(Offer offer, RandomGenerator chance) {
        return of(offer, chance, arm -> 0);
    }
}
