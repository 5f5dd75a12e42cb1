package dev.fresnel.lens;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

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
 * @param edited empty: the words are the model's
 */
public record Provenance(
        String generatedBy,
        String templateVersion,
        Fingerprint promptHash,
        Usage usage,
        UsageSource usageSource,
        Usd cost,
        Instant createdAt,
        Duration took,
        Optional<Edited> edited) {
    /** Of a lens as a model wrote it. */
    public Provenance(
            String generatedBy,
            String templateVersion,
            Fingerprint promptHash,
            Usage usage,
            UsageSource usageSource,
            Usd cost,
            Instant createdAt,
            Duration took) {
        this(generatedBy, templateVersion, promptHash, usage, usageSource, cost, createdAt, took, Optional.empty());
    }

    /**
     * The last change of the words by an operator.
     *
     * @param by as audit events name them
     * @param from the id of the version that was changed
     */
    public record Edited(String by, Instant at, String from) {}

    /** The same lens, with words of an operator. */
    Provenance edited(Edited by) {
        return new Provenance(
                generatedBy, templateVersion, promptHash, usage, usageSource, cost, createdAt, took, Optional.of(by));
    }

    /** When its words became what they are. */
    Instant changedAt() {
        return edited.map(Edited::at).orElse(createdAt);
    }

    /** Who counted the tokens. */
    public enum UsageSource {
        /** The provider, for every call. */
        REPORTED,
        /** At least one call came back without usage; its tokens are an upper guess from the text's length. */
        ESTIMATED
    }
}
