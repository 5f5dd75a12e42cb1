package dev.fresnel.lens;

import dev.fresnel.value.ModelName;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How one answer stands to the lens of its key: what has to be known when its outcome is.
 *
 * @param key of the request, whether or not a lens was used
 * @param lens the version whose words were really in the prompt, also in a conversation that was pinned to an older one; empty without
 * @param worker the model that answered; empty: the requested one
 * @param similarity of the request to the one that the lens was written for, where it is another; 0.0 to 1.0
 */
public record LensUse(LensKey key, Optional<LensId> lens, Optional<ModelName> worker, OptionalDouble similarity) {
    /** Of an answer to the very task that the key is for. */
    public LensUse(LensKey key, Optional<LensId> lens, Optional<ModelName> worker) {
        this(key, lens, worker, OptionalDouble.empty());
    }
}
