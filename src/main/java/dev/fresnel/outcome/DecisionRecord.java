package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
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
 * @param ended of the last turn
 * @param reward {@code y}, 0.0 to 1.0; empty where nothing could be learned
 * @param weight {@code w}, 0 where nothing could be learned
 * @param why {@code feedback}, a signal, or why nothing was learned
 * @param label the name that the last feedback with one gave it
 * @param judgeProbability with which the last answer of it that a judge has scored was drawn for that
 */
public record DecisionRecord(
        TenantId tenant,
        RequestId decision,
        Learning learning,
        Instant decided,
        Instant ended,
        int turns,
        Turn.Spent spent,
        OptionalDouble reward,
        double weight,
        String why,
        Optional<String> label,
        OptionalDouble judgeProbability) {
    /** From the decision to the end of its last answer. */
    public Duration wallTime() {
        return Duration.between(decided, ended);
    }
}
