package dev.fresnel.upstream;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Calls to one upstream, by its name: how they ended so far and of late, and how many run now. Thread-safe. */
public final class UpstreamCounts {
    private final Map<CallOutcome, LongAdder> ended = Arrays.stream(CallOutcome.values())
            .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new LongAdder()));
    private final LongAdder retries = new LongAdder();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final UpstreamHealth health;

    /** @param nanos a monotonic clock, in nanoseconds */
    UpstreamCounts(LongSupplier nanos) {
        this.health = new UpstreamHealth(nanos);
    }

    void refused() {
        adder(CallOutcome.POOL_FULL).increment();
        health.note(CallOutcome.POOL_FULL);
    }

    void begun() {
        waiting.incrementAndGet();
    }

    void connected() {
        waiting.decrementAndGet();
        running.incrementAndGet();
    }

    /** Its connection is given up, and it waits to be sent once more. */
    void waitsAgain() {
        running.decrementAndGet();
        waiting.incrementAndGet();
    }

    /** The call goes on; what came of this try counts as what happened of late. */
    void retriedAfter(CallOutcome failed) {
        retries.increment();
        health.note(failed);
    }

    /** @param wasConnected whether it had a connection */
    void ended(CallOutcome outcome, boolean wasConnected) {
        (wasConnected ? running : waiting).decrementAndGet();
        adder(outcome).increment();
        health.note(outcome);
    }

    private LongAdder adder(CallOutcome outcome) {
        LongAdder adder = ended.get(outcome);
        if (adder == null) {
            throw new IllegalStateException("every outcome has a count: " + outcome);
        }
        return adder;
    }

    /** Calls that ended so. */
    public long ended(CallOutcome outcome) {
        return adder(outcome).sum();
    }

    UpstreamHealth health() {
        return health;
    }

    /** Requests that were sent once more. */
    public long retries() {
        return retries.sum();
    }

    /** Calls that have a connection. */
    public int running() {
        return running.get();
    }

    /** Calls that wait for one. */
    public int waiting() {
        return waiting.get();
    }
}
