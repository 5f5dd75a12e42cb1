package dev.fresnel.outcome;

import dev.fresnel.policy.Landmark;
import io.vertx.core.Future;
import java.util.Optional;

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
     * one from before a reset is refused. An arm whose sums have grown {@link dev.fresnel.policy.ForwardDecay#FAR} gets a new landmark
     * on the way: its cells are divided and its epoch rises, which the answer's landmarks show.
     *
     * <p>The residuals are added to the arm's drift sums; beyond the threshold the arm jumps, once for all replicas, and the sums begin
     * again.
     */
    Future<Flushed> flush(Flush flush);

    /**
     * What changed after {@code since}; everything where that is 0, or the store cannot tell: after a reset, a new landmark, a loss.
     */
    Future<Snapshot> changes(String population, long since);

    /**
     * Notes which model answers for an arm. Where it is another one than noted before, the arm jumps by {@code seconds}: of several
     * replicas with the same new config the first makes it jump.
     *
     * @param model without spaces; says nothing beyond being equal or not
     * @param seen where the arm's landmark is to be, if nothing is known of it
     * @return the landmark in force afterwards
     */
    Future<Landmark> identify(String population, String arm, String model, Landmark seen, double seconds);

    /**
     * Forgets the evidence of one arm, or of all arms of the population. Evidence gathered before and flushed later is refused.
     */
    Future<Void> reset(String population, Optional<String> arm);
}
