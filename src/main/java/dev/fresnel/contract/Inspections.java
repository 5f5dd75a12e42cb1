package dev.fresnel.contract;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Choice;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.WorkerExecutor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Has answers checked on threads of their own; beyond {@value #MAX_WAITING} waiting ones the next are not checked. Thread-safe.
 */
public final class Inspections {
    private static final int MAX_WAITING = 64;

    private final WorkerExecutor threads;
    private final Inspector inspector = new Inspector();
    private final AtomicInteger waiting = new AtomicInteger();

    public Inspections(WorkerExecutor threads) {
        this.threads = threads;
    }

    /**
     * @param choices reads the answer, on the other thread; empty when it cannot be read
     * @return never failed
     */
    public Future<Finding> inspect(ChatRequest request, Supplier<Optional<List<Choice>>> choices, Inspector.Cut cut) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            return Future.succeededFuture(new Finding.Unknown(Finding.Doubt.BUSY));
        }
        Promise<Finding> finding = Promise.promise();
        threads.executeBlocking(
                        () -> choices.get()
                                .map(read -> inspector.inspect(request, read, cut))
                                .orElseGet(() -> new Finding.Unknown(Finding.Doubt.ANSWER_NOT_READ)),
                        false)
                .onComplete(done -> {
                    waiting.decrementAndGet();
                    // It fails only when the threads have gone, with the gateway.
                    finding.complete(done.succeeded() ? done.result() : new Finding.Unknown(Finding.Doubt.INTERNAL));
                });
        return finding.future();
    }
}
