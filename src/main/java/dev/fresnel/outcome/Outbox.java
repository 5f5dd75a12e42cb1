package dev.fresnel.outcome;

import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Calls to a store that must not be lost while it is away, and must not overtake each other where they concern the same thing. Each
 * waits in a lane; the first of a lane is tried until it succeeds, up to {@value #SENT_TOGETHER} lanes at once. While the store fails
 * one call at a time tries whether it is back ({@link Retry}), each time the first of another lane.
 *
 * <p>Bounded: at most {@value #MAX_QUEUED} calls wait. A call that keeps failing while others succeed is the store's refusal, not its
 * absence: it is given up, and counted as lost, after {@value #MAX_FAILURES} failures between which others succeeded.
 *
 * <p>Confined to the thread that it is given, but for the counts.
 */
final class Outbox {
    static final int MAX_QUEUED = 20_000;
    private static final int SENT_TOGETHER = 256;
    private static final int MAX_FAILURES = 8;

    private final Executor thread;
    private final InstantSource clock;
    private final Retry retry;
    private final Map<String, Deque<Call<?>>> lanes = new HashMap<>();
    private final Deque<String> ready = new ArrayDeque<>();
    private final LongAdder lost = new LongAdder();
    private int sent;
    private long succeeded;
    private final AtomicInteger queued = new AtomicInteger();
    private Runnable whenIdle = () -> {};

    Outbox(Executor thread, InstantSource clock, RandomGenerator random) {
        this.thread = thread;
        this.clock = clock;
        this.retry = new Retry(random);
    }

    /** One call with those who wait for it. */
    private static final class Call<T> {
        private final Supplier<Future<T>> attempt;
        private final Consumer<T> answered;
        private final Runnable held;
        private boolean isHeld;
        private int failures;
        private long succeededBefore;

        Call(Supplier<Future<T>> attempt, Consumer<T> answered, Runnable held) {
            this.attempt = attempt;
            this.answered = answered;
            this.held = held;
        }

        void hold() {
            if (!isHeld) {
                isHeld = true;
                held.run();
            }
        }
    }

    /**
     * @param attempt harmless when repeated
     * @param answered told the answer, if there ever is one
     * @param held told, at most once, that the answer will take its time because the store is away
     * @return whether there was room
     */
    <T> boolean send(String lane, Supplier<Future<T>> attempt, Consumer<T> answered, Runnable held) {
        if (queued.get() >= MAX_QUEUED) {
            lost.increment();
            return false;
        }
        queued.incrementAndGet();
        Deque<Call<?>> calls = lanes.computeIfAbsent(lane, _ -> new ArrayDeque<>());
        Call<T> call = new Call<>(attempt, answered, held);
        calls.add(call);
        if (calls.size() == 1) {
            ready.add(lane);
        }
        if (retry.isFailing()) {
            call.hold();
        }
        tick();
        return true;
    }

    /** Tries what is due; to be called several times a second. */
    void tick() {
        Instant now = clock.instant();
        while (!ready.isEmpty() && sent < (retry.isFailing() ? 1 : SENT_TOGETHER) && retry.isDue(now)) {
            String lane = ready.remove();
            attempt(lane, lanes.getOrDefault(lane, new ArrayDeque<>()).element());
        }
    }

    private <T> void attempt(String lane, Call<T> call) {
        sent++;
        // Composed, so that an attempt that throws has failed like any other.
        Future.succeededFuture()
                .compose(_ -> call.attempt.get())
                .onComplete(answer -> thread.execute(() -> {
                    sent--;
                    if (answer.succeeded()) {
                        succeeded++;
                        retry.succeeded();
                        over(lane);
                        call.answered.accept(answer.result());
                    } else {
                        failed(lane, call);
                    }
                    tick();
                    if (sent == 0 && (lanes.isEmpty() || retry.isFailing())) {
                        whenIdle.run();
                    }
                }));
    }

    private void failed(String lane, Call<?> call) {
        // Whoever waits behind a call that fails waits as long as it does.
        if (retry.isFailing()) {
            lanes.getOrDefault(lane, new ArrayDeque<>()).forEach(Call::hold);
        } else {
            lanes.values().forEach(calls -> calls.forEach(Call::hold));
        }
        Instant now = clock.instant();
        if (retry.isDue(now)) {
            retry.failed(now);
        }
        // While the store is away nothing succeeds, and no failure is the call's own.
        if (call.failures == 0 || succeeded > call.succeededBefore) {
            call.failures++;
            call.succeededBefore = succeeded;
        }
        if (call.failures >= MAX_FAILURES) {
            lost.increment();
            over(lane);
        } else {
            // Not the same again: whether it is the store or this call, another one tells.
            ready.addLast(lane);
        }
    }

    private void over(String lane) {
        queued.decrementAndGet();
        Deque<Call<?>> calls = lanes.getOrDefault(lane, new ArrayDeque<>());
        calls.remove();
        if (calls.isEmpty()) {
            lanes.remove(lane);
        } else {
            ready.add(lane);
        }
    }

    /** Tells, once, when nothing waits any more, or the store is away. */
    void whenIdle(Runnable then) {
        if (sent == 0 && (lanes.isEmpty() || retry.isFailing())) {
            then.run();
        } else {
            whenIdle = () -> {
                whenIdle = () -> {};
                then.run();
            };
        }
    }

    /** Calls that wait. Any thread. */
    int queued() {
        return queued.get();
    }

    /** Calls that were given up or not taken. Any thread. */
    long lost() {
        return lost.sum();
    }
}
