package dev.fresnel.app;

import io.vertx.core.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Keeps the process alive until it is told to end (SIGTERM, Ctrl-C), then closes in order and exits with 0. */
final class RunningUntilStopped {
    /** More than a gateway's own grace for running streams; past it the process ends regardless. */
    private static final long CLOSE_SECONDS = 40;

    private RunningUntilStopped() {}

    /** Never returns by itself. */
    static void serve(Terminal terminal, Supplier<Future<Void>> close) throws InterruptedException {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform()
                        .name("fresnel-shutdown")
                        .unstarted(() -> Runtime.getRuntime().halt(closed(terminal, close))));
        new CountDownLatch(1).await();
    }

    /** The exit code: a supervisor that stopped us should see success, not 143. */
    private static int closed(Terminal terminal, Supplier<Future<Void>> close) {
        terminal.err().println("fresnel: stopping, waiting for running requests");
        try {
            close.get().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
            return ExitCode.OK;
        } catch (InterruptedException | java.util.concurrent.ExecutionException | TimeoutException e) {
            terminal.err().println("fresnel: did not close cleanly: " + e);
            return ExitCode.INTERNAL;
        }
    }
}
