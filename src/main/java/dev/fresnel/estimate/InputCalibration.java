package dev.fresnel.estimate;

import dev.fresnel.value.ModelName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many tokens a model's provider bills for one that {@link TokenEstimator} counts. Tokenizers differ, and so do the forms in which
 * tools and images are billed. The ratio is the median of the model's last {@value Recent#KEPT} answers, believed by {@code n/(n+3)} and
 * held within a half to two, so that neither a strange request nor a provider that miscounts can move estimates far. Tenants share it: it
 * hangs on the model.
 *
 * <p>{@link #learn} belongs to one thread; any thread reads.
 */
public final class InputCalibration {
    private static final double LEAST = 0.5;
    private static final double MOST = 2;
    private static final double DOUBT = 3;

    /** Shorter prompts are mostly framing, of which every provider has its own. */
    private static final long SHORTEST = 16;

    private final Map<ModelName, Recent> ratios = new ConcurrentHashMap<>();

    /** Billed tokens per counted one, 0.5 to 2.0; 1.0 for a model that nothing is known of. */
    public double ratio(ModelName model) {
        Recent known = ratios.getOrDefault(model, Recent.NONE);
        double trust = known.count() / (known.count() + DOUBT);
        return 1 + (known.quantile(0.5, 1) - 1) * trust;
    }

    /** What {@code model} will bill for {@code counted} tokens. */
    public long billed(ModelName model, long counted) {
        return Math.round(counted * ratio(model));
    }

    /**
     * One thread at a time.
     *
     * @param counted tokens of all that was sent, an injected lens included
     * @param billed as the provider reported, cached ones included
     */
    public void learn(ModelName model, long counted, long billed) {
        if (counted < SHORTEST || billed <= 0) {
            return;
        }
        double ratio = Math.clamp((double) billed / counted, LEAST, MOST);
        ratios.put(model, ratios.getOrDefault(model, Recent.NONE).and(ratio));
    }
}
