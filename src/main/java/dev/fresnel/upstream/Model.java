package dev.fresnel.upstream;

import dev.fresnel.chat.Feature;
import dev.fresnel.value.ModelName;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A model the config declares.
 *
 * @param name as clients and config say it
 * @param upstream key of the upstream that serves it
 * @param upstreamName what that upstream calls it; mostly the same
 * @param contextWindow input plus output tokens it takes; empty: not known, not checked
 * @param supports features a request may use and still be sent here in place of another model
 */
public record Model(
        ModelName name,
        String upstream,
        ModelName upstreamName,
        Tier tier,
        OptionalLong contextWindow,
        Set<Feature> supports) {
    public Model {
        supports = Set.copyOf(supports);
    }
}
