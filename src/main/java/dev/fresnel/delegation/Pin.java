package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import java.time.Instant;
import java.util.Optional;

/**
 * What a conversation was given, and keeps: changing the model or the lens in between loses the provider's prompt cache and
 * confuses the answer.
 *
 * @param arm that answered
 * @param lensId the version of the lens whose bytes were injected
 */
public record Pin(Arm arm, Optional<String> lensId, Instant decidedAt) {}
