package dev.fresnel.lens;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;

/**
 * Where a lens came from.
 *
 * @param generatedBy the model id the provider reported, or {@code minimal} for the built-in lens
 * @param templateVersion of the prompt template, for example {@code lens-v1}
 * @param promptHash of the whole prompt; the prompt itself is not kept
 * @param usage what the writing consumed
 * @param cost what the writing cost
 * @param took how long the writing lasted
 */
public record Provenance(
        String generatedBy,
        String templateVersion,
        Fingerprint promptHash,
        Usage usage,
        Usd cost,
        Instant createdAt,
        Duration took) {}
