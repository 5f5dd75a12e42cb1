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
 * @param usage what the writing consumed, a repair included
 * @param usageSource whether the provider counted {@code usage} or we guessed it
 * @param cost what the writing cost
 * @param took how long the writing lasted
 */
public record Provenance(
        String generatedBy,
        String templateVersion,
        Fingerprint promptHash,
        Usage usage,
        UsageSource usageSource,
        Usd cost,
        Instant createdAt,
        Duration took) {
    /** Who counted the tokens. */
    public enum UsageSource {
        /** The provider, for every call. */
        REPORTED,
        /** At least one call came back without usage; its tokens are an upper guess from the text's length. */
        ESTIMATED
    }
}
