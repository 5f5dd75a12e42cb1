package dev.fresnel.lens;

import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Keeps lenses beyond the memory of one process. Port. Thread-safe; no method throws or blocks the caller. A store that is away
 * fails its futures, which the shelf counts and treats as a miss.
 *
 * <p>A value that cannot be trusted (wrong schema version, bad checksum, another key's value) is not an error to the caller: it is
 * deleted, reported by the store, and found to be absent. So is a lens past its end.
 */
public interface LensStore {
    Future<Optional<StoredLens>> find(LensKey key);

    /**
     * Asks for the right to write the lens of {@code key}. At most one claim per key is in force, across all processes that share
     * the store; a holder that dies loses it after {@code limit}.
     */
    Future<Claim> claim(LensKey key, Duration limit);

    /**
     * Replaces what is there, and ends the claim. Refused when the claim is no longer in force: what a stalled writer brings late
     * must not replace what another has written since. Bounded per tenant: the least recently used lens makes room.
     */
    Future<Saved> save(Claim.Granted claim, StoredLens lens);

    /** Ends the claim without a lens, so that another may try. Not in force any more: does nothing. */
    Future<Void> release(Claim.Granted claim);

    /** Notes that the lens is in use, so that it is not the one to make room. Absent: does nothing. */
    Future<Void> touch(LensKey key);

    /**
     * Adds to the record of a key and to its tenant's sums, and gives both. Atomic: of additions by many replicas none is lost. Nothing to
     * add: reads. A record lives for {@link #RECORD_LIFE} after its last addition; per tenant there are twice as many as lenses at most,
     * and the one longest without an addition makes room.
     */
    Future<Recorded> count(LensKey key, LensCounts own, LensCounts tenant);

    /** Every lens and record of a tenant, in no order; the hash of a key and what there is under it. */
    Future<List<LensEntry>> list(TenantId tenant);

    /** Removes the lens and its record. */
    Future<Void> delete(LensKey key);

    /** Removes everything of one tenant, claims and records included; gives the number of lenses removed. */
    Future<Integer> purge(TenantId tenant);

    /** How long a record is kept after something was last added. */
    Duration RECORD_LIFE = Duration.ofDays(30);
}
