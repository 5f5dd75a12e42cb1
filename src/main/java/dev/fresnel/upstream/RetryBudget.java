package dev.fresnel.upstream;

import java.util.function.LongSupplier;

/**
 * How many retries an upstream gets: 20 % of the requests of the last ten seconds, and at least three. Keeps retries from
 * multiplying the load on a provider that is already failing. Thread-safe; one per upstream, shared by all event loops.
 */
public final class RetryBudget {
    static final int FLOOR = 3;
    static final int WINDOW_SECONDS = 10;
    private static final int REQUESTS_PER_RETRY = 5;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final LongSupplier nanos;
    private final long start;
    private final long[] second = new long[WINDOW_SECONDS];
    private final int[] requests = new int[WINDOW_SECONDS];
    private final int[] retries = new int[WINDOW_SECONDS];

    /** @param nanos a monotonic clock, in nanoseconds */
    public RetryBudget(LongSupplier nanos) {
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    /** Counts a request; its retry, if any, is not counted again. */
    public synchronized void countRequest() {
        requests[slot()]++;
    }

    /** Takes one retry out of the budget; false when it is empty. */
    public synchronized boolean tryRetry() {
        if (left() <= 0) {
            return false;
        }
        retries[slot()]++;
        return true;
    }

    /** Retries that there are now. */
    synchronized int left() {
        long windowStart = second[slot()] - WINDOW_SECONDS;
        long seenRequests = 0;
        long seenRetries = 0;
        for (int i = 0; i < WINDOW_SECONDS; i++) {
            if (second[i] > windowStart) {
                seenRequests += requests[i];
                seenRetries += retries[i];
            }
        }
        return (int) Math.max(0, Math.max(FLOOR, seenRequests / REQUESTS_PER_RETRY) - seenRetries);
    }

    /** The counter of the running second, emptied when it last served an older one. */
    private int slot() {
        long now = (nanos.getAsLong() - start) / NANOS_PER_SECOND;
        int slot = (int) (now % WINDOW_SECONDS);
        if (second[slot] != now) {
            second[slot] = now;
            requests[slot] = 0;
            retries[slot] = 0;
        }
        return slot;
    }
}
