package dev.fresnel.lens;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What a shelf has in memory: lenses, and the keys whose writing failed a short while ago. What is here ages by the monotonic clock, so
 * a jump of the date ends nothing early, and a date set back keeps nothing for longer than it was meant to live. Bounded, thread-safe.
 */
final class LensMemory {
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Cache<LensKey, KeptLens> kept;
    private final Cache<LensKey, Duration> failures;
    private final Map<TenantId, AtomicInteger> purges = new ConcurrentHashMap<>();

    /** @param maximum lenses, and failed keys; each counted on its own */
    LensMemory(InstantSource clock, LongSupplier nanos, int maximum) {
        this.clock = clock;
        this.nanos = nanos;
        this.kept = Caffeine.newBuilder()
                .maximumSize(maximum)
                .ticker(nanos::getAsLong)
                // Upkeep on the calling thread: bounded work, and no thread of ours.
                .executor(Runnable::run)
                .expireAfter(Expiry.<LensKey, KeptLens>writing((_, lens) -> lens.keepFor()))
                .build();
        this.failures = Caffeine.newBuilder()
                .maximumSize(maximum)
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .expireAfter(Expiry.<LensKey, Duration>writing((_, duration) -> duration))
                .build();
    }

    Optional<KeptLens> find(LensKey key) {
        return Optional.ofNullable(kept.getIfPresent(key));
    }

    boolean isFresh(KeptLens lens) {
        return lens.freshUntilNanos() - nanos.getAsLong() > 0;
    }

    /** A stored lens as it would be kept; empty when its time is over. */
    Optional<KeptLens> asKept(LensKey key, StoredLens stored) {
        Instant now = clock.instant();
        Instant written = stored.lens().provenance().createdAt();
        Duration keepFor =
                shorter(Duration.between(now, stored.expiresAt()), Duration.between(written, stored.expiresAt()));
        Duration freshFor =
                shorter(Duration.between(now, stored.freshUntil()), Duration.between(written, stored.freshUntil()));
        if (!keepFor.isPositive()) {
            return Optional.empty();
        }
        long since = nanos.getAsLong();
        return Optional.of(new KeptLens(
                stored.lens(),
                LensId.of(key, stored.lens()),
                stored.isPinned() ? KeptLens.Pinned.YES : KeptLens.Pinned.NO,
                since + freshFor.toNanos(),
                keepFor,
                new AtomicLong(since),
                new AtomicLong(since),
                new AtomicLong()));
    }

    /** To be asked before looking anywhere else; what was found there is kept only while this stays the same. */
    int purges(TenantId tenant) {
        return counter(tenant).get();
    }

    /** Keeps a lens, unless its tenant was purged meanwhile. */
    boolean keep(LensKey key, KeptLens lens, int purgesBefore) {
        kept.put(key, lens);
        // Checked after putting: a purge in between has then either removed it or is seen here.
        if (purges(key.tenant()) == purgesBefore) {
            return true;
        }
        kept.invalidate(key);
        return false;
    }

    void forget(LensKey key) {
        kept.invalidate(key);
    }

    void purge(TenantId tenant) {
        counter(tenant).incrementAndGet();
        kept.asMap().keySet().removeIf(key -> key.tenant().equals(tenant));
        failures.asMap().keySet().removeIf(key -> key.tenant().equals(tenant));
    }

    boolean failedRecently(LensKey key) {
        return failures.getIfPresent(key) != null;
    }

    void failed(LensKey key, Duration leaveAloneFor) {
        failures.put(key, leaveAloneFor);
    }

    void succeeded(LensKey key) {
        failures.invalidate(key);
    }

    private AtomicInteger counter(TenantId tenant) {
        return purges.computeIfAbsent(tenant, _ -> new AtomicInteger());
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
