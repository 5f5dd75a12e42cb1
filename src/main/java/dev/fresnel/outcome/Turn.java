package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * One finished exchange as the learner sees it.
 *
 * @param learning the decision that this exchange made; empty for a later turn of a conversation
 * @param decision whose decision the outcome belongs to: the request itself, or the first turn of its conversation
 * @param body fingerprint of the client's bytes, by which a repetition is known
 */
public record Turn(
        TenantId tenant,
        RequestId request,
        Optional<Learning> learning,
        RequestId decision,
        Fingerprint body,
        Instant began,
        Instant ended,
        Outcome outcome) {}
