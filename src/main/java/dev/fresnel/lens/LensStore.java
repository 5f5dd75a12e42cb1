package dev.fresnel.lens;

import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
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

    /** Replaces what is there. Bounded per tenant: the least recently used lens makes room. */
    Future<Void> save(LensKey key, StoredLens lens);

    /** Notes that the lens is in use, so that it is not the one to make room. Absent: does nothing. */
    Future<Void> touch(LensKey key);

    Future<Void> delete(LensKey key);

    /** Removes everything of one tenant; gives the number of lenses removed. */
    Future<Integer> purge(TenantId tenant);
}
