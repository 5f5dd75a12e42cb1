package dev.fresnel.outcome;

import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Duration;

/**
 * Keeps decisions until their outcome is settled, so that a signal finds them on any replica. Port. Thread-safe; no method throws or
 * blocks the caller; a store that is away fails its futures.
 *
 * <p>One verdict per decision, in whatever order its sources speak: the weighted mean of the labels, or of the signs as long as there
 * is no label; it weighs what they weigh together, at most 1. A sign that nothing went wrong is thus replaced by a label, however
 * late, and does not dilute one.
 */
public interface DecisionStore {
    /** Sources that one decision listens to. */
    int MAX_SOURCES = 128;

    /** Keeps the decision for {@code keepFor}. One that is there already stays as it is, with its signals. */
    Future<Void> put(AwaitedDecision decision, Duration keepFor);

    /**
     * Makes signals about {@code turn} count for {@code decision}: a later request of the same conversation. A request that is known
     * already stays what it is.
     */
    Future<Void> join(TenantId tenant, RequestId turn, RequestId decision, Duration keepFor);

    /**
     * Notes what a source says, in place of what it said before, and gives the difference this makes. Atomic; repeated under the
     * same attempt it changes nothing and gives the same answer, so a lost answer is asked for again.
     */
    Future<Revision> revise(Signal signal);
}
