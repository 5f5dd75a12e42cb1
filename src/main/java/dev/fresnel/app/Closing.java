package dev.fresnel.app;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** What has been opened, to be closed in reverse order. A close that fails is logged and does not keep the others open. */
final class Closing {
    private record Step(String what, Supplier<Future<?>> close) {}

    private final Deque<Step> steps = new ArrayDeque<>();

    void later(String what, Supplier<Future<?>> close) {
        steps.push(new Step(what, close));
    }

    /** Succeeds when all is closed, on no event loop in particular: the last step may end them all. */
    Future<Void> run() {
        Promise<Void> done = Promise.promise();
        next(done);
        return done.future();
    }

    private void next(Promise<Void> done) {
        Step step = steps.poll();
        if (step == null) {
            done.complete();
            return;
        }
        step.close()
                .get()
                .onFailure(problem -> System.getLogger("fresnel")
                        .log(System.Logger.Level.WARNING, "closing the " + step.what() + " failed", problem))
                .onComplete(_ -> next(done));
    }
}
