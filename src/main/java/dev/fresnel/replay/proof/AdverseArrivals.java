package dev.fresnel.replay.proof;

import dev.fresnel.delegation.MissedSavings;
import dev.fresnel.lens.LensKey;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Requests for one lens that come in any sizes and stop when it hurts most: right after the lens was bought. What is missed and paid is held
 * against what one who knew them all would have lost: the price, or all savings when they do not reach it.
 */
final class AdverseArrivals {
    private static final Usd PRICE = new Usd(1_000_000);
    private static final int ROUNDS = 2000;
    private static final LensKey KEY = new LensKey(new TenantId("replay"), Fingerprint.of("adverse"));

    private AdverseArrivals() {}

    /** The worst of many streams, at the worst moment of each. */
    static double worstRatio(long seed) {
        Random chance = new Random(seed);
        double worst = 0;
        for (int round = 0; round < ROUNDS; round++) {
            worst = Math.max(worst, worst(sizes(chance)));
        }
        return worst;
    }

    private static double worst(List<Usd> savings) {
        MissedSavings missed = new MissedSavings(() -> 0, Duration.ofHours(24), 1);
        double worst = 0;
        double lost = 0;
        double sum = 0;
        for (Usd saving : savings) {
            boolean due = MissedSavings.isDue(missed.of(KEY), saving, PRICE);
            sum += saving.nanos();
            lost += due ? PRICE.nanos() : saving.nanos();
            worst = Math.max(worst, lost / Math.min((double) PRICE.nanos(), sum));
            if (due) {
                return worst;
            }
            missed.miss(KEY, saving);
        }
        return worst;
    }

    private static List<Usd> sizes(Random chance) {
        double scale = Math.pow(10, 3 + 3.5 * chance.nextDouble());
        List<Usd> sizes = new ArrayList<>();
        for (int i = 1 + chance.nextInt(200); i > 0; i--) {
            double size = chance.nextBoolean() ? scale * chance.nextDouble() : scale * Math.exp(chance.nextGaussian());
            sizes.add(new Usd(1 + Math.round(size)));
        }
        return sizes;
    }
}
