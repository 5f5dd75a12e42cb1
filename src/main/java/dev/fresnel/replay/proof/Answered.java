package dev.fresnel.replay.proof;

import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.Flush;
import dev.fresnel.outcome.Flushed;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.policy.Landmark;
import dev.fresnel.replay.data.DataProblem;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A store that has answered when the call returns, so that a whole replay happens on one thread in one order. Throws a
 * {@link DataProblem} when the store fails: what is measured on a store that is away is worth nothing.
 */
final class Answered implements ArmStateStore {
    private static final long SECONDS = 20;

    private final ArmStateStore store;

    Answered(ArmStateStore store) {
        this.store = store;
    }

    @Override
    public Future<Flushed> flush(Flush flush) {
        return answered(store.flush(flush));
    }

    @Override
    public Future<Snapshot> changes(String population, long since) {
        return answered(store.changes(population, since));
    }

    @Override
    public Future<Landmark> identify(String population, String arm, String model, Landmark seen, double seconds) {
        return answered(store.identify(population, arm, model, seen, seconds));
    }

    @Override
    public Future<Void> reset(String population, Optional<String> arm) {
        return answered(store.reset(population, arm).map(true)).mapEmpty();
    }

    /** The same answer, there already and of no context: who hears of it does so at once, on this thread. */
    static <T> Future<T> answered(Future<T> answer) {
        try {
            return Future.succeededFuture(
                    answer.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
            throw new DataProblem("the store failed: " + failed.getCause());
        } catch (TimeoutException slow) {
            throw new DataProblem("the store did not answer within " + SECONDS + " s");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", stopped);
        }
    }
}
