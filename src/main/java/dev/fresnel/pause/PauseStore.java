package dev.fresnel.pause;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;

/**
 * Keeps orders across restarts and, where replicas share a store, between them. Port: {@link KillSwitch} goes by its own copy in
 * memory, and no request waits for an implementation. Thread-safe; never throws.
 */
public interface PauseStore {
    /** The orders that stand for {@code scopes}; a scope without one is absent. What is damaged counts as absent, and is reported. */
    Future<Map<PauseScope, PauseOrder>> load(Collection<PauseScope> scopes);

    /**
     * Keeps {@code order} unless one that overrules it is there.
     *
     * @return the order that stands now
     */
    Future<PauseOrder> save(PauseScope scope, PauseOrder order);
}
