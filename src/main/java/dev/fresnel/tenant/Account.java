package dev.fresnel.tenant;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What one tenant or key has used of its limits. Thread-safe; its lock is held for a few steps. */
final class Account {
    /** When to come back for something that ends when it ends. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Map<Limit, TokenBucket> buckets = new EnumMap<>(Limit.class);
    private final Map<Limit, Long> underWay = new EnumMap<>(Limit.class);

    /** How a limit stands. */
    record Standing(long limit, long remaining, double share, Duration untilFull) {}

    /** Takes {@code amount}, or says when there will be enough. */
    synchronized Optional<Duration> take(Limit limit, long amount, Limits limits, long now) {
        OptionalLong most = limits.of(limit);
        if (most.isEmpty()) {
            return Optional.empty();
        }
        if (limit.window().isEmpty()) {
            long running = underWay.getOrDefault(limit, 0L);
            if (running + amount > most.getAsLong()) {
                return Optional.of(SOON);
            }
            underWay.put(limit, running + amount);
            return Optional.empty();
        }
        TokenBucket bucket = bucket(limit, most.getAsLong(), now);
        if (!bucket.has(amount)) {
            return Optional.of(bucket.until(amount));
        }
        bucket.take(amount);
        return Optional.empty();
    }

    /** What was taken too much, or too little where {@code amount} is negative. */
    synchronized void giveBack(Limit limit, long amount, Limits limits, long now) {
        OptionalLong most = limits.of(limit);
        if (most.isEmpty()) {
            return;
        }
        if (limit.window().isEmpty()) {
            underWay.merge(limit, -amount, Long::sum);
        } else {
            bucket(limit, most.getAsLong(), now).giveBack(amount);
        }
    }

    synchronized Optional<Standing> standing(Limit limit, Limits limits, long now) {
        OptionalLong most = limits.of(limit);
        if (most.isEmpty() || limit.window().isEmpty()) {
            return Optional.empty();
        }
        TokenBucket bucket = bucket(limit, most.getAsLong(), now);
        return Optional.of(new Standing(most.getAsLong(), bucket.remaining(), bucket.share(), bucket.untilFull()));
    }

    private TokenBucket bucket(Limit limit, long capacity, long now) {
        TokenBucket bucket = buckets.computeIfAbsent(
                limit, _ -> new TokenBucket(capacity, limit.window().orElseThrow(), now));
        bucket.fill(capacity, now);
        return bucket;
    }
}
