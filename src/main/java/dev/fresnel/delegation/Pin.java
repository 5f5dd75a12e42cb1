package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import dev.fresnel.value.RequestId;
import java.time.Instant;
import java.util.Optional;

/**
 * What a conversation was given, and keeps: changing the model or the lens in between loses the provider's prompt cache and
 * confuses the answer.
 *
 * @param arm that answered
 * @param lensId the version of the lens whose bytes were injected
 * @param learning the request whose decision the learned policy gets the conversation's outcomes for; empty where it did not decide
 */
public record Pin(Arm arm, Optional<String> lensId, Instant decidedAt, Optional<RequestId> learning) {
    /** The pin of a decision that nobody learns from. */
    public Pin(Arm arm, Optional<String> lensId, Instant decidedAt) {
        this(arm, lensId, decidedAt, Optional.empty());
    }
}
