package dev.fresnel.upstream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How an upstream answered within the last five minutes, as its calls saw it; every try counts, those that were asked again too.
 * Thread-safe; one per upstream, shared by all event loops.
 */
final class UpstreamHealth {
    private static final int SLOTS = 30;
    private static final Duration SLOT = Duration.ofSeconds(10);

    /** What {@link #counts} speaks of. */
    static final Duration WINDOW = SLOT.multipliedBy(SLOTS);

    private final LongSupplier nanos;
    private final long start;
    private final long[] slot = new long[SLOTS];
    private final List<Map<CallOutcome, Long>> counts = new ArrayList<>();
    private long failedAt;
    private boolean failed;

    /** @param nanos a monotonic clock, in nanoseconds */
    UpstreamHealth(LongSupplier nanos) {
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        for (int i = 0; i < SLOTS; i++) {
            counts.add(new EnumMap<>(CallOutcome.class));
        }
    }

    synchronized void note(CallOutcome result) {
        long now = nanos.getAsLong();
        long number = (now - start) / SLOT.toNanos();
        int at = (int) (number % SLOTS);
        if (slot[at] != number) {
            slot[at] = number;
            counts.get(at).clear();
        }
        counts.get(at).merge(result, 1L, Long::sum);
        if (speaksAgainstIt(result)) {
            failed = true;
            failedAt = now;
        }
    }

    private static boolean speaksAgainstIt(CallOutcome result) {
        return switch (result) {
            case SUCCESS, CLIENT_ERROR, CANCELLED, POOL_FULL, BAD_REQUEST, INTERNAL -> false;
            case RATE_LIMITED, SERVER_ERROR, TIMEOUT, UNAVAILABLE, BROKEN -> true;
        };
    }

    /** Of the last {@link #WINDOW}, all results in their order. */
    synchronized Map<CallOutcome, Long> counts() {
        long oldest = (nanos.getAsLong() - start) / SLOT.toNanos() - SLOTS;
        Map<CallOutcome, Long> sums = new EnumMap<>(CallOutcome.class);
        for (CallOutcome result : CallOutcome.values()) {
            long sum = 0;
            for (int i = 0; i < SLOTS; i++) {
                sum += slot[i] > oldest ? counts.get(i).getOrDefault(result, 0L) : 0;
            }
            sums.put(result, sum);
        }
        return sums;
    }

    /** Time since the last failure; empty when there was none. */
    synchronized Optional<Duration> sinceFailure() {
        return failed ? Optional.of(Duration.ofNanos(nanos.getAsLong() - failedAt)) : Optional.empty();
    }
}
