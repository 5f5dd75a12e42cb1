package dev.fresnel.tenant;

import java.time.Duration;

/**
 * A token bucket: holds at most {@code capacity}, filled evenly within {@code window}. What is taken after the fact may bring it below
 * zero, and is then waited for. Not thread-safe; no clock of its own: every call is told the time, in nanoseconds of a monotonic clock.
 */
final class TokenBucket {
    private final Duration window;
    private long capacity;
    private double level;
    private long filledAt;

    TokenBucket(long capacity, Duration window, long now) {
        this.capacity = capacity;
        this.window = window;
        this.level = capacity;
        this.filledAt = now;
    }

    /** Brings it to {@code now}. Another capacity, of another config, keeps the part of it that is filled. */
    void fill(long newCapacity, long now) {
        level = Math.min(capacity, level + perNano() * (double) Math.max(0, now - filledAt));
        filledAt = Math.max(filledAt, now);
        if (newCapacity != capacity) {
            level = level * newCapacity / capacity;
            capacity = newCapacity;
        }
    }

    private double perNano() {
        return (double) capacity / window.toNanos();
    }

    /** Whether {@code amount} may be taken. More than it can ever hold may be taken when it is full. */
    boolean has(long amount) {
        // A millionth of one is what rounding leaves behind.
        return level + 1e-6 >= Math.min(amount, capacity);
    }

    void take(long amount) {
        level -= amount;
    }

    void giveBack(long amount) {
        level = Math.min(capacity, level + (double) amount);
    }

    long remaining() {
        return (long) Math.max(0, Math.floor(level + 1e-6));
    }

    /** How much of it is there, 0.0 to 1.0. */
    double share() {
        return Math.max(0, level / capacity);
    }

    Duration untilFull() {
        return until(capacity);
    }

    /** Until {@code amount} may be taken, when nobody takes any meanwhile. */
    Duration until(long amount) {
        double missing = Math.min(amount, capacity) - level;
        return missing <= 0 ? Duration.ZERO : Duration.ofNanos((long) Math.ceil(missing / perNano()));
    }
}
