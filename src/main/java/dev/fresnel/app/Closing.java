package dev.fresnel.app;

import io.vertx.core.Future;
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

    Future<Void> run() {
        Step step = steps.poll();
        if (step == null) {
            return Future.succeededFuture();
        }
        return step.close()
                .get()
                .onFailure(problem -> System.getLogger("fresnel")
                        .log(System.Logger.Level.WARNING, "closing the " + step.what() + " failed", problem))
                .transform(_ -> run());
    }
}
