package dev.fresnel.store.embedded;

import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.policy.Landmark;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What was learned, in the {@link EmbeddedStore}. Does what the scripts {@code arms_*.lua} do, word for word, so that both stores agree.
 */
public final class EmbeddedArmStateStore implements ArmStateStore {
    private final EmbeddedStore store;
    private final InstantSource clock;

    /** @param clock what decay is measured on */
    public EmbeddedArmStateStore(EmbeddedStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public Future<Flushed> flush(Flush flush) {
        return store.answered(access -> of(access, flush.population()).flush(flush));
    }

    @Override
    public Future<Snapshot> changes(String population, long since) {
        return store.answered(access -> of(access, population).changes(since));
    }

    @Override
    public Future<Landmark> identify(String population, String arm, String model, Landmark seen, double seconds) {
        return store.answered(access -> of(access, population).identify(arm, model, seen, seconds));
    }

    @Override
    public Future<Void> reset(String population, Optional<String> arm) {
        return store.inOrder(access -> of(access, population).reset(arm));
    }

    private StoredPopulation of(EmbeddedStore.Access access, String population) {
        return new StoredPopulation(access, population, clock.millis() / 1e3, store::report);
    }
}
