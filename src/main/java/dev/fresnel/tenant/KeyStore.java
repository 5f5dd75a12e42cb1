package dev.fresnel.tenant;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * Keeps issued keys and revocations across restarts and, where replicas share a store, between them; hashes, never keys. Port: {@link
 * KeyRegister} goes by its own copy in memory, and no request waits for an implementation. Thread-safe; never throws.
 */
public interface KeyStore {
    /**
     * Everything, unless nothing has changed. A damaged issued key counts as absent and is reported; a damaged revocation counts.
     *
     * @param known the revision that the caller has
     * @return empty: that is still the revision
     */
    Future<Optional<KeyBook>> load(String known);

    /** What became of a key that was to be issued. */
    enum Issue {
        ISSUED,
        /** Another issued key of the tenant has its name, be it revoked or over. Nothing was kept. */
        NAME_TAKEN
    }

    /**
     * Keeps a key under a name that is its own within the tenant, which only the store can tell: replicas may issue at the same moment. Does
     * nothing when one of this hash is there. Fails unless it outlives this process.
     */
    Future<Issue> issue(IssuedKey key);

    /** Keeps a key that was issued and that this store has lost or never saw, whatever its name; does nothing when one of this hash is there. Fails unless it outlives this process. */
    Future<Void> restore(IssuedKey key);

    /** Keeps a revocation; does nothing when there is one. Fails unless it outlives this process. */
    Future<Void> revoke(KeyHash key, Revocation revocation);
}
