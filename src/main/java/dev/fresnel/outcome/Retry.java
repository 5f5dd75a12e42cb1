package dev.fresnel.outcome;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When to try a store again that has failed: after 100 ms, then twice as long each time, at most 5 s, each time spread over half to
 * one and a half of it, so that replicas do not come back together. Confined to one thread.
 */
final class Retry {
    private static final long FIRST_MILLIS = 100;
    private static final long MOST_MILLIS = 5_000;
    private static final int DOUBLINGS = 6;

    private final RandomGenerator random;
    private Instant due = Instant.MIN;
    private int failures;

    Retry(RandomGenerator random) {
        this.random = random;
    }

    boolean isDue(Instant now) {
        return !now.isBefore(due);
    }

    boolean isFailing() {
        return failures > 0;
    }

    void failed(Instant now) {
        long millis = Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(failures, DOUBLINGS));
        failures++;
        due = now.plus(Duration.ofMillis((long) (millis * (0.5 + random.nextDouble()))));
    }

    void succeeded() {
        failures = 0;
        due = Instant.MIN;
    }
}
