package dev.fresnel.lens;

import dev.fresnel.budget.Price;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Asks for the lens of one exchange.
 *
 * @param briefing makes the brief; asked only when a lens is written, since making one costs more than serving a cached lens. Pure
 * @param smart writes the lens if there is none; part of the key already
 * @param smartPrice of the writing
 * @param clientCredential used where the smart model's upstream is shown the client's
 * @param requestId of the exchange that asks, for events: the one that starts a build pays for it
 */
public record LensRequest(
        LensKey key,
        Supplier<TaskBrief> briefing,
        Model smart,
        Price smartPrice,
        Optional<Secret> clientCredential,
        LensPolicy policy,
        RequestId requestId) {
    /** With a brief that is made already. */
    public LensRequest(
            LensKey key,
            TaskBrief brief,
            Model smart,
            Price smartPrice,
            Optional<Secret> clientCredential,
            LensPolicy policy,
            RequestId requestId) {
        this(key, () -> brief, smart, smartPrice, clientCredential, policy, requestId);
    }
}
