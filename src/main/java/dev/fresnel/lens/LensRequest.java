package dev.fresnel.lens;

import dev.fresnel.budget.Price;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import java.util.Optional;

/**
 * Asks for the lens of one exchange.
 *
 * @param smart writes the lens if there is none; part of the key already
 * @param smartPrice of the writing
 * @param clientCredential used when the smart model's upstream has no key of its own
 * @param requestId of the exchange that asks, for events: the one that starts a build pays for it
 */
public record LensRequest(
        LensKey key,
        TaskBrief brief,
        Model smart,
        Price smartPrice,
        Optional<Secret> clientCredential,
        LensPolicy policy,
        RequestId requestId) {}
