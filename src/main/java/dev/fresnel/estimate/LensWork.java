package dev.fresnel.estimate;

import dev.fresnel.value.ModelName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much output the writing of a lens takes, by the model that writes: a reasoning model thinks first, and that is billed too. The median
 * of its last {@value Recent#KEPT} lenses; what is expected beforehand counts as three of them. {@link #learn} belongs to one thread; any
 * thread reads.
 */
public final class LensWork {
    private static final double DOUBT = 3;

    private final Map<ModelName, Recent> outputs = new ConcurrentHashMap<>();

    /**
     * Output tokens of one lens, reasoning included.
     *
     * @param beforehand what is expected of a model that has written none
     */
    public long outputTokens(ModelName smart, long beforehand) {
        Recent known = outputs.getOrDefault(smart, Recent.NONE);
        double trust = known.count() / (known.count() + DOUBT);
        return Math.round(beforehand + (known.quantile(0.5, (double) beforehand) - beforehand) * trust);
    }

    /**
     * One thread at a time.
     *
     * @param billed output tokens of one lens, a repair included
     */
    public void learn(ModelName smart, long billed) {
        if (billed > 0) {
            outputs.put(smart, outputs.getOrDefault(smart, Recent.NONE).and((double) billed));
        }
    }
}
