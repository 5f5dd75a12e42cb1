package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensUse;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Instant;
import java.util.Optional;

/**
 * One finished exchange as the learner sees it.
 *
 * @param learning the decision that this exchange made; empty for a later turn of a conversation
 * @param decision whose decision the outcome belongs to: the request itself, or the first turn of its conversation
 * @param lens how the answer stands to the lens of its key; empty where it says nothing about one
 * @param body fingerprint of the client's bytes, by which a repetition is known
 */
public record Turn(
        TenantId tenant,
        RequestId request,
        Optional<Learning> learning,
        RequestId decision,
        Optional<LensUse> lens,
        Fingerprint body,
        Instant began,
        Instant ended,
        Spent spent,
        Outcome outcome) {
    /**
     * What the exchange took.
     *
     * @param cost everything it caused to be spent, a lens included; empty where a price is missing
     */
    public record Spent(long inputTokens, long outputTokens, Optional<Usd> cost) {
        public static final Spent NOTHING = new Spent(0, 0, Optional.of(Usd.ZERO));

        Spent plus(Spent more) {
            return new Spent(
                    inputTokens + more.inputTokens,
                    outputTokens + more.outputTokens,
                    cost.flatMap(sum -> more.cost.map(sum::plus)));
        }
    }
}
