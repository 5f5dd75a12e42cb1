package dev.fresnel.outcome;

import io.vertx.core.Future;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps what was learned about the arms of every population, summed over all replicas. Port. Thread-safe; no method throws or blocks
 * the caller; a store that is away fails its futures. Never asked on the way of a request.
 *
 * <p>Stored numbers that are none are taken for zero and counted as discarded.
 */
public interface ArmStateStore {
    /** Most cells that one population keeps; further ones are refused. */
    int MAX_CELLS = 10_000;

    /**
     * Adds the deltas, exactly once per replica and sequence, atomically. A delta on an older landmark than the store's is rescaled;
     * one from before a reset is refused. An arm whose scale has grown past {@link ArmScale#MAX_EXPONENT} gets a new landmark on the
     * way: its cells are divided and its epoch rises, which the answer's scales show.
     */
    Future<Flushed> flush(Flush flush);

    /** Everything about one population; empty when nothing is known. */
    Future<Snapshot> load(String population);

    /** Populations that something was learned about. */
    Future<Set<String>> populations();

    /**
     * Soft reset of one arm: adds {@code seconds} to its jump, so that all older evidence weighs exp(-seconds / tau) of what it did.
     * Done only while the arm's scale is the one that was {@code seen}: of several replicas that raise the same alarm one
     * succeeds. Gives the scale in force afterwards.
     */
    Future<ArmScale> jump(String population, String arm, ArmScale seen, double seconds);

    /**
     * Forgets the evidence of one arm, or of all arms of the population. Evidence gathered before and flushed later is refused.
     */
    Future<Void> reset(String population, Optional<String> arm);
}
