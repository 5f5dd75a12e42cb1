package dev.fresnel.app;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Blocks a command's own thread until a future ends. Never called on an event loop. */
final class Waiting {
    private Waiting() {}

    /** Far more than any start or close takes; past it something of ours is stuck. */
    private static final long SECONDS = 60;

    /** The result; an {@link InputProblem} that starts with {@code what} when it failed for a reason the user can mend. */
    static <T> T startOf(String what, Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw problem(what, failed.getCause() == null ? failed : failed.getCause());
        } catch (TimeoutException stuck) {
            throw new IllegalStateException(what + " did not start or stop within " + SECONDS + " s", stuck);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(what + " was interrupted", stopped);
        }
    }

    private static RuntimeException problem(String what, Throwable cause) {
        return switch (cause) {
            case ListenException cannot -> new InputProblem(what + " " + cannot.getMessage());
            case DecisionLogException cannot -> new InputProblem(what + " " + cannot.getMessage());
            case dev.fresnel.store.embedded.StoreLockedException locked ->
                new InputProblem(String.valueOf(locked.getMessage()));
            case RuntimeException bug -> bug;
            case Throwable other -> new IllegalStateException(other);
        };
    }
}
