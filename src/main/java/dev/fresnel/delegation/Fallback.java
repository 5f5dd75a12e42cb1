package dev.fresnel.delegation;

import dev.fresnel.value.ModelName;
import java.util.List;

/** Who answers when a worker's model fails before its first byte. */
public sealed interface Fallback {
    /** The requested model, with the client's original bytes: what an unset {@code fallback} means. */
    record Requested() implements Fallback {}

    /**
     * These models in order, and nobody after them; an empty chain means no fallback at all, so a cheap worker never escalates
     * onto a dear model unasked.
     */
    record Chain(List<ModelName> models) implements Fallback {
        public Chain {
            models = List.copyOf(models);
        }
    }
}
