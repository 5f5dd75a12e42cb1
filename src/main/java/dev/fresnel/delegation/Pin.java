package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.value.RequestId;
import java.time.Instant;
import java.util.Optional;

/**
 * What a conversation was given, and keeps: changing the model or the lens in between loses the provider's prompt cache and
 * confuses the answer.
 *
 * @param arm that answered
 * @param lensId the version of the lens whose bytes were injected
 * @param learned the learned policy's decision; empty where it did not decide
 */
public record Pin(Arm arm, Optional<String> lensId, Instant decidedAt, Optional<Learned> learned) {
    /** The pin of a decision that nobody learns from. */
    public Pin(Arm arm, Optional<String> lensId, Instant decidedAt) {
        this(arm, lensId, decidedAt, Optional.empty());
    }

    /**
     * A decision of the learned policy as later turns need it.
     *
     * @param decision the request that was decided; the conversation's outcomes are its own
     * @param key where they belong
     * @param lead of the arm when it was decided: {@link Learning#lead}
     * @param kind of the task then
     */
    public record Learned(RequestId decision, EvidenceKey key, double lead, TaskKind kind) {}
}
