package dev.fresnel.outcome;

import dev.fresnel.policy.Arm;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What this process' config knows of populations: which there can be, which arms they have, and what is behind each arm. What a store
 * holds of others is not read. Immutable.
 *
 * @param models by population and arm, a fingerprint of what answers: another one is another arm under the same name
 */
public record KnownArms(Map<String, Map<Arm, String>> models) {
    public KnownArms {
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
    }

    public Set<String> populations() {
        return models.keySet();
    }

    /** The arms of a population; none where it is not ours. */
    Map<Arm, String> of(String population) {
        return models.getOrDefault(population, Map.of());
    }
}
