package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensUse;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A decision of the learned policy and what is taken for its outcome: what issue #9557 has reported at completion. Told when an outcome
 * stands, or none will, and told again whenever it is revised; the last one stands.
 *
 * @param decision the request that was decided; its conversation's later turns are in the sums
 * @param lens how all its answers stand to the lens of their key; empty where they differ, or say nothing about one
 * @param ended of the last turn
 * @param reward {@code y}, 0.0 to 1.0; empty where nothing could be learned
 * @param weight {@code w}, 0 where nothing could be learned
 * @param why {@code feedback}, a signal, or why nothing was learned
 */
public record DecisionRecord(
        TenantId tenant,
        RequestId decision,
        Learning learning,
        Optional<LensUse> lens,
        Instant decided,
        Instant ended,
        int turns,
        Turn.Spent spent,
        OptionalDouble reward,
        double weight,
        String why) {
    /** From the decision to the end of its last answer. */
    public Duration wallTime() {
        return Duration.between(decided, ended);
    }
}
