package dev.fresnel.lens;

import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Decides whether one more lens may be written now: caps the writings at once, per tenant and in total, and lets a tenant's writings
 * pause after its smart upstream failed. Thread-safe; holds an entry only for lanes that are busy or pausing.
 *
 * <p>A pause lasts what the provider asked for (at least a second, at most ten minutes), else two seconds doubled with every further
 * failure in a row up to a minute; jittered. A success ends the row.
 */
final class BuildGate {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final int MAX_DOUBLINGS = 5;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TenantId, Integer> building = new HashMap<>();
    private final Map<Lane, Pause> pauses = new HashMap<>();
    private final ShelfLimits limits;
    private final LongSupplier nanos;
    private final Chance chance;
    private int total;

    BuildGate(ShelfLimits limits, LongSupplier nanos, Chance chance) {
        this.limits = limits;
        this.nanos = nanos;
        this.chance = chance;
    }

    /** A tenant's writings by one upstream: what fails together, pauses together. */
    record Lane(TenantId tenant, String upstream) {}

    private record Pause(int failures, long untilNanos) {}

    /** Empty: go, and {@link #leave} afterwards. Else why not. */
    Optional<SkipReason> enter(Lane lane) {
        lock.lock();
        try {
            Pause pause = pauses.get(lane);
            if (pause != null && pause.untilNanos() - nanos.getAsLong() > 0) {
                return Optional.of(SkipReason.BACKING_OFF);
            }
            int ofTenant = building.getOrDefault(lane.tenant(), 0);
            if (total >= limits.maxBuilds() || ofTenant >= limits.maxBuildsPerTenant()) {
                return Optional.of(SkipReason.BUSY);
            }
            total++;
            building.put(lane.tenant(), ofTenant + 1);
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    void leave(Lane lane) {
        lock.lock();
        try {
            total--;
            building.computeIfPresent(lane.tenant(), (_, count) -> count > 1 ? count - 1 : null);
        } finally {
            lock.unlock();
        }
    }

    /** The upstream answered: whatever it said, it is there. */
    void succeeded(Lane lane) {
        lock.lock();
        try {
            pauses.remove(lane);
        } finally {
            lock.unlock();
        }
    }

    void failed(Lane lane, Optional<Duration> retryAfter) {
        lock.lock();
        try {
            Pause before = pauses.get(lane);
            int failures = before == null ? 1 : before.failures() + 1;
            Duration asked = retryAfter.orElseGet(
                    () -> chance.around(FIRST.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS))));
            pauses.put(
                    lane, new Pause(failures, nanos.getAsLong() + bounded(asked).toNanos()));
        } finally {
            lock.unlock();
        }
    }

    private static Duration bounded(Duration asked) {
        if (asked.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
