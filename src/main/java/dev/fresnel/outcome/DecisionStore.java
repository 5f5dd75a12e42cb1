package dev.fresnel.outcome;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * Keeps decisions until their outcome is settled, so that a signal finds them on any replica. Port. Thread-safe; no method throws or
 * blocks the caller; a store that is away fails its futures.
 *
 * <p>One verdict per decision: of what the sources say, the weightiest counts, and of equals the last. A weak sign that nothing went
 * wrong is thus replaced by a label, however late, and does not replace one.
 */
public interface DecisionStore {
    /** Sources that one decision listens to. */
    int MAX_SOURCES = 16;

    /** Keeps the decision for {@code keepFor}. One that is there already stays as it is, with its signals. */
    Future<Void> put(AwaitedDecision decision, Duration keepFor);

    /**
     * Notes what a source says, in place of what it said before, and gives the difference this makes. Atomic; repeated under the
     * same attempt it changes nothing and gives the same answer, so a lost answer is asked for again.
     */
    Future<Revision> revise(Signal signal);
}
