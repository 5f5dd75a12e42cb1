package dev.fresnel.lens;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/** Spreads durations, so that what was made together does not end together. Thread-safe around a generator that need not be. */
final class Chance {
    private static final double SPREAD = 0.2;

    private final ReentrantLock lock = new ReentrantLock();
    private final RandomGenerator random;

    Chance(RandomGenerator random) {
        this.random = random;
    }

    /** {@code duration} times a factor drawn evenly from 0.8 to 1.2. */
    Duration around(Duration duration) {
        return Duration.ofNanos((long) (duration.toNanos() * (1 - SPREAD + 2 * SPREAD * draw())));
    }

    private double draw() {
        lock.lock();
        try {
            return random.nextDouble();
        } finally {
            lock.unlock();
        }
    }
}
