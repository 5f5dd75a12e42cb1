package dev.fresnel.upstream;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
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

    /** What a try came to. */
    public enum Result {
        OK,
        /** A status from 400 on that says something of the request; 429 is {@link #RATE_LIMITED}. */
        CLIENT_ERROR,
        RATE_LIMITED,
        SERVER_ERROR,
        TIMEOUT,
        /** No connection, or none of a reply's bytes. */
        UNREACHABLE,
        /** The reply broke off after it had begun. */
        BROKEN,
        /** Not sent: our own pool and queue are full. */
        BUSY;

        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Result of(int status) {
            if (status == 429) {
                return RATE_LIMITED;
            }
            return status >= 500 ? SERVER_ERROR : status >= 400 ? CLIENT_ERROR : OK;
        }

        /** Whether it speaks against the upstream. */
        boolean isFailure() {
            return switch (this) {
                case OK, CLIENT_ERROR, BUSY -> false;
                case RATE_LIMITED, SERVER_ERROR, TIMEOUT, UNREACHABLE, BROKEN -> true;
            };
        }
    }

    private final LongSupplier nanos;
    private final long start;
    private final long[] slot = new long[SLOTS];
    private final long[][] counts = new long[SLOTS][Result.values().length];
    private long failedAt;
    private boolean failed;

    /** @param nanos a monotonic clock, in nanoseconds */
    UpstreamHealth(LongSupplier nanos) {
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    synchronized void note(Result result) {
        long now = nanos.getAsLong();
        long number = (now - start) / SLOT.toNanos();
        int at = (int) (number % SLOTS);
        if (slot[at] != number) {
            slot[at] = number;
            counts[at] = new long[Result.values().length];
        }
        counts[at][result.ordinal()]++;
        if (result.isFailure()) {
            failed = true;
            failedAt = now;
        }
    }

    /** Of the last {@link #WINDOW}, all results in their order. */
    synchronized Map<Result, Long> counts() {
        long oldest = (nanos.getAsLong() - start) / SLOT.toNanos() - SLOTS;
        Map<Result, Long> sums = new EnumMap<>(Result.class);
        for (Result result : Result.values()) {
            long sum = 0;
            for (int i = 0; i < SLOTS; i++) {
                sum += slot[i] > oldest ? counts[i][result.ordinal()] : 0;
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
