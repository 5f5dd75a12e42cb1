package dev.fresnel.outcome;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** How far each implicit signal is believed, 0.0 to 1.0; 0 switches it off. */
public record SignalWeights(Map<ImplicitSignal, Double> weights) {
    public static final SignalWeights DEFAULT = new SignalWeights(Map.of());

    /** @param weights those that differ from the signal's own */
    public SignalWeights {
        Map<ImplicitSignal, Double> all = new EnumMap<>(ImplicitSignal.class);
        for (ImplicitSignal signal : ImplicitSignal.values()) {
            double weight = weights.getOrDefault(signal, signal.weight());
            if (!(weight >= 0 && weight <= 1)) {
                throw new IllegalArgumentException("a weight is 0 to 1: " + signal + " " + weight);
            }
            all.put(signal, weight);
        }
        weights = Collections.unmodifiableMap(all);
    }

    public double of(ImplicitSignal signal) {
        return weights.getOrDefault(signal, signal.weight());
    }
}
