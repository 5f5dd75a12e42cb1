package dev.fresnel.store.redis;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * When to try to connect again: a random time between 100 ms and three times the last one or 5 s ("decorrelated jitter"), so
 * that replicas which lost one Redis together do not return together. Thread-safe around a generator that need not be.
 */
final class ReconnectPace {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration PROBE = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final RandomGenerator random;
    private Duration last = SHORTEST;

    ReconnectPace(RandomGenerator random) {
        this.random = random;
    }

    /** After a refused or lost connection. */
    Duration next() {
        lock.lock();
        try {
            // Bounded before it is drawn: drawn first and cut then, most would wait for exactly the longest time.
            long longest = Math.min(LONGEST.toMillis(), last.toMillis() * 3);
            last = SHORTEST.plusMillis((long) (random.nextDouble() * (longest - SHORTEST.toMillis())));
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** After a server that takes connections and does not answer: a second, give or take a fifth. */
    Duration probe() {
        lock.lock();
        try {
            return Duration.ofNanos((long) (PROBE.toNanos() * (0.8 + 0.4 * random.nextDouble())));
        } finally {
            lock.unlock();
        }
    }

    /** Connected: the next loss begins with short times again. */
    void reset() {
        lock.lock();
        try {
            last = SHORTEST;
        } finally {
            lock.unlock();
        }
    }
}
