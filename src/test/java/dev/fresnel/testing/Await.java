package dev.fresnel.testing;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Bounded waiting on a test thread. */
public final class Await {
    /** Long: a machine that does much else is slow, not wrong. */
    public static final Duration LIMIT = Duration.ofSeconds(30);

    private Await() {}

    /** Polls until the condition holds; an {@link AssertionError} with {@code what} after {@link #LIMIT}. */
    public static void until(Supplier<String> what, BooleanSupplier condition) {
        until(what, condition, LIMIT);
    }

    /** {@link #until(Supplier, BooleanSupplier)} with another limit, on the clock: the condition may take its time. */
    public static void until(Supplier<String> what, BooleanSupplier condition, Duration limit) {
        CountDownLatch never = new CountDownLatch(1);
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end) {
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                if (never.await(5, TimeUnit.MILLISECONDS)) {
                    break;
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new AssertionError("not within " + limit + ": " + what.get());
    }

    public static void until(String what, BooleanSupplier condition) {
        until(() -> what, condition);
    }

    /** The future's result; its failure as {@link AssertionError} with the cause. */
    public static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError("the future failed", failed.getCause());
        } catch (TimeoutException slow) {
            throw new AssertionError("no result within " + LIMIT, slow);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }

    /** The future's failure; an {@link AssertionError} when it succeeds. */
    public static Throwable failure(Future<?> future) {
        return result(future.map(value -> (Throwable) new AssertionError("succeeded with " + value))
                .recover(Future::succeededFuture));
    }
}
