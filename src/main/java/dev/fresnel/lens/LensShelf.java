package dev.fresnel.lens;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.value.TenantId;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Where lenses are had: from memory, else from the store, else from the smart model. Thread-safe, called from every event loop; each
 * future completes on the caller's own context.
 *
 * <ul>
 *   <li><b>Single flight</b>: however many requests ask for one key at once, the smart model is asked once and the rest join. Of
 *       several replicas on one store one writes; the others skip until its lens is there.
 *   <li><b>Stale while rebuilding</b>: a lens past its time is served on while one rebuild runs. Its time is jittered by a fifth, so
 *       that lenses written together are not rebuilt together.
 *   <li><b>Negative cache</b>: a key whose writing failed is left alone for the policy's {@code negativeTtl}, jittered; the tenant's
 *       other writings pause too when the upstream itself was at fault.
 *   <li><b>Caps</b> on writings at once, per tenant and in total: past them a request is skipped, never queued.
 *   <li><b>The store is never trusted to be there</b>: its failure is an event and a miss.
 * </ul>
 *
 * No future fails: having no lens is a {@link LensResult.Skipped}.
 */
public final class LensShelf {
    /** A lens in use is noted in the store this often, which is fine enough to choose the least recently used. */
    private static final Duration TOUCH_EVERY = Duration.ofMinutes(10);

    private final Vertx vertx;
    private final LensWriter writer;
    private final LensStore store;
    private final GuardedStore guarded;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Chance chance;
    private final BuildGate gate;
    private final ShelfLimits limits;
    private final Consumer<LensEvent> listener;

    private final Cache<LensKey, Kept> kept;
    private final Cache<LensKey, Duration> failures;
    private final Map<LensKey, Future<Optional<Kept>>> lookups = new ConcurrentHashMap<>();
    private final Map<LensKey, Promise<LensResult>> builds = new ConcurrentHashMap<>();
    private final Map<TenantId, AtomicInteger> purges = new ConcurrentHashMap<>();

    /**
     * @param clock for dates that outlive the process
     * @param nanos monotonic; what is in memory ages by it, so a jump of the clock ends nothing early
     * @param listener called on whichever thread a thing happened; must not block
     */
    public LensShelf(
            Vertx vertx,
            LensWriter writer,
            LensStore store,
            InstantSource clock,
            LongSupplier nanos,
            RandomGenerator random,
            ShelfLimits limits,
            Consumer<LensEvent> listener) {
        this.vertx = vertx;
        this.writer = writer;
        this.store = store;
        this.guarded = new GuardedStore(store, listener);
        this.clock = clock;
        this.nanos = nanos;
        this.chance = new Chance(random);
        this.gate = new BuildGate(limits, nanos, chance);
        this.limits = limits;
        this.listener = listener;
        this.kept = Caffeine.newBuilder()
                .maximumSize(limits.maxKept())
                .ticker(nanos::getAsLong)
                // Upkeep on the calling thread: bounded work, and no thread of ours.
                .executor(Runnable::run)
                .expireAfter(Expiry.<LensKey, Kept>writing((_, lens) -> lens.keepFor()))
                .build();
        this.failures = Caffeine.newBuilder()
                .maximumSize(limits.maxKept())
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .expireAfter(Expiry.<LensKey, Duration>writing((_, duration) -> duration))
                .build();
    }

    /**
     * A lens in memory.
     *
     * @param freshUntilNanos on the monotonic clock
     * @param touchedAt when its use was last noted in the store, on the monotonic clock
     */
    private record Kept(Lens lens, LensId id, long freshUntilNanos, Duration keepFor, AtomicLong touchedAt) {}

    /** The lens for {@code request}, or why there is none now. */
    public Future<LensResult> lensFor(LensRequest request, Wait wait) {
        Optional<Kept> found = Optional.ofNullable(kept.getIfPresent(request.key()));
        if (found.isPresent()) {
            return Future.succeededFuture(served(request, found.get(), wait));
        }
        if (failures.getIfPresent(request.key()) != null) {
            return skipped(SkipReason.FAILED_RECENTLY);
        }
        Future<Optional<Kept>> lookup = lookedUp(request.key());
        return switch (wait) {
            case INLINE ->
                bounded(
                        lookup.compose(stored -> orBuilt(request, stored)),
                        request.policy().deadline(),
                        SkipReason.DEADLINE);
            case BACKGROUND ->
                bounded(lookup.map(stored -> orBuilding(request, stored)), limits.storeWait(), SkipReason.BUILDING);
            case CACHED_ONLY ->
                bounded(
                        lookup.map(stored -> stored.map(lens -> served(request, lens, wait))
                                .orElseGet(() -> new LensResult.Skipped(SkipReason.NOT_CACHED))),
                        limits.storeWait(),
                        SkipReason.NOT_CACHED);
        };
    }

    /** What memory holds under {@code key}; asks nobody, so it is cheap enough for every decision. */
    public Optional<LensResult.Hit> peek(LensKey key) {
        return Optional.ofNullable(kept.getIfPresent(key)).map(this::hit);
    }

    /** Whether asking for {@code key} is pointless for now, because writing it failed a short while ago. Memory only. */
    public boolean failedRecently(LensKey key) {
        return failures.getIfPresent(key) != null;
    }

    /** Takes one lens off the shelf and out of the store. The next request may have a new one written. */
    public Future<Void> revoke(LensKey key) {
        kept.invalidate(key);
        return Future.succeededFuture(key).compose(store::delete);
    }

    /**
     * Forgets everything of one tenant, what is being written included. Gives the number of lenses the store removed; fails when the
     * store fails, since whoever asks to forget must know.
     */
    public Future<Integer> purge(TenantId tenant) {
        purges(tenant).incrementAndGet();
        kept.asMap().keySet().removeIf(key -> key.tenant().equals(tenant));
        failures.asMap().keySet().removeIf(key -> key.tenant().equals(tenant));
        return Future.succeededFuture(tenant).compose(store::purge);
    }

    // ---- serving ----

    private LensResult served(LensRequest request, Kept lens, Wait wait) {
        touch(request.key(), lens);
        if (!isFresh(lens) && wait != Wait.CACHED_ONLY && !failedRecently(request.key())) {
            building(request, LensEvent.Cause.STALE);
        }
        return hit(lens);
    }

    private LensResult.Hit hit(Kept lens) {
        return new LensResult.Hit(
                lens.lens(), lens.id(), isFresh(lens) ? LensResult.Freshness.FRESH : LensResult.Freshness.STALE);
    }

    private boolean isFresh(Kept lens) {
        return lens.freshUntilNanos() - nanos.getAsLong() > 0;
    }

    private void touch(LensKey key, Kept lens) {
        long now = nanos.getAsLong();
        long last = lens.touchedAt().get();
        if (now - last > TOUCH_EVERY.toNanos() && lens.touchedAt().compareAndSet(last, now)) {
            guarded.touch(key);
        }
    }

    /** {@code pending} on the caller's own context, or {@code late} once {@code limit} is over; what is pending goes on. */
    private Future<LensResult> bounded(Future<LensResult> pending, Duration limit, SkipReason late) {
        if (pending.isComplete()) {
            return pending;
        }
        Context context = Vertx.currentContext();
        Promise<LensResult> promise = Promise.promise();
        long timer =
                vertx.setTimer(Math.max(1, limit.toMillis()), _ -> promise.tryComplete(new LensResult.Skipped(late)));
        pending.onComplete(result -> {
            vertx.cancelTimer(timer);
            if (context == null) {
                settle(promise, result);
            } else {
                context.runOnContext(_ -> settle(promise, result));
            }
        });
        return promise.future();
    }

    private static void settle(Promise<LensResult> promise, AsyncResult<LensResult> result) {
        // The timer may have been first; then nobody listens any more.
        if (result.succeeded()) {
            promise.tryComplete(result.result());
        } else {
            promise.tryFail(result.cause());
        }
    }

    private static Future<LensResult> skipped(SkipReason reason) {
        return Future.succeededFuture(new LensResult.Skipped(reason));
    }

    // ---- the store ----

    /** What the store holds, put into memory on the way. One question per key at a time; never fails. */
    private Future<Optional<Kept>> lookedUp(LensKey key) {
        Promise<Optional<Kept>> mine = Promise.promise();
        Future<Optional<Kept>> running = lookups.putIfAbsent(key, mine.future());
        if (running != null) {
            return running;
        }
        int purgesBefore = purges(key.tenant()).get();
        guarded.find(key)
                .map(found -> found.flatMap(stored -> kept(key, stored)))
                .onComplete(found -> {
                    Optional<Kept> lens = found.succeeded() ? found.result() : Optional.empty();
                    Optional<Kept> shelved = lens.filter(present -> shelve(key, present, purgesBefore));
                    lookups.remove(key);
                    mine.complete(shelved);
                });
        return mine.future();
    }

    private Optional<Kept> kept(LensKey key, StoredLens stored) {
        Instant now = clock.instant();
        Instant written = stored.lens().provenance().createdAt();
        Duration keepFor =
                shorter(Duration.between(now, stored.expiresAt()), Duration.between(written, stored.expiresAt()));
        Duration freshFor =
                shorter(Duration.between(now, stored.freshUntil()), Duration.between(written, stored.freshUntil()));
        return keepFor.isPositive() ? Optional.of(kept(key, stored.lens(), freshFor, keepFor)) : Optional.empty();
    }

    private Kept kept(LensKey key, Lens lens, Duration freshFor, Duration keepFor) {
        long now = nanos.getAsLong();
        return new Kept(lens, LensId.of(key, lens), now + freshFor.toNanos(), keepFor, new AtomicLong(now));
    }

    /** A clock that was set back must not keep a lens for longer than it was meant to live. */
    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Puts a lens into memory, unless its tenant was purged meanwhile. */
    private boolean shelve(LensKey key, Kept lens, int purgesBefore) {
        kept.put(key, lens);
        // Checked after putting: a purge in between has then either removed it or is seen here.
        if (purges(key.tenant()).get() == purgesBefore) {
            return true;
        }
        kept.invalidate(key);
        return false;
    }

    private AtomicInteger purges(TenantId tenant) {
        return purges.computeIfAbsent(tenant, _ -> new AtomicInteger());
    }

    // ---- writing ----

    private Future<LensResult> orBuilt(LensRequest request, Optional<Kept> stored) {
        return stored.map(lens -> Future.succeededFuture(served(request, lens, Wait.INLINE)))
                .orElseGet(() -> building(request, LensEvent.Cause.MISS));
    }

    private LensResult orBuilding(LensRequest request, Optional<Kept> stored) {
        return stored.map(lens -> served(request, lens, Wait.BACKGROUND)).orElseGet(() -> {
            Future<LensResult> build = building(request, LensEvent.Cause.MISS);
            // Refused at once by a cap or a pause: say so. Built at once, or meanwhile: take it.
            return build.isComplete() ? build.result() : new LensResult.Skipped(SkipReason.BUILDING);
        });
    }

    /** Starts a writing or joins the one that runs. Every end of it is handled here, so callers need not wait. */
    @CanIgnoreReturnValue
    private Future<LensResult> building(LensRequest request, LensEvent.Cause cause) {
        Promise<LensResult> mine = Promise.promise();
        Promise<LensResult> running = builds.putIfAbsent(request.key(), mine);
        if (running != null) {
            return running.future().map(LensShelf::joined);
        }
        Optional<LensResult> settled = settledMeanwhile(request.key());
        if (settled.isPresent()) {
            builds.remove(request.key());
            mine.complete(settled.get());
            return mine.future();
        }
        BuildGate.Lane lane =
                new BuildGate.Lane(request.key().tenant(), request.smart().upstream());
        Optional<SkipReason> refused = gate.enter(lane);
        if (refused.isPresent()) {
            builds.remove(request.key());
            mine.complete(new LensResult.Skipped(refused.get()));
            return mine.future();
        }
        int purgesBefore = purges(lane.tenant()).get();
        guarded.claim(request.key(), request.policy().deadline())
                .onSuccess(
                        claim -> claimed(new Build(request, cause, lane, purgesBefore, Optional.empty(), mine), claim));
        return mine.future();
    }

    /** One writing at a time, across all replicas that share the store. */
    private void claimed(Build build, Optional<Claim> claim) {
        switch (claim.orElse(null)) {
            case null -> write(build);
            case Claim.Taken _ -> leave(build, new LensResult.Skipped(SkipReason.BUILDING));
            case Claim.Granted mine -> {
                // Another replica may have written it between our look into the store and our claim.
                Optional<Kept> present = mine.present()
                        .flatMap(stored -> kept(build.key(), stored))
                        .filter(this::isFresh);
                if (present.isPresent() && shelve(build.key(), present.get(), build.purgesBefore())) {
                    guarded.release(mine);
                    leave(build, hit(present.get()));
                } else {
                    write(build.under(mine));
                }
            }
        }
    }

    private void write(Build build) {
        writer.write(build.request()).onComplete(result -> finish(build, result));
    }

    /** Ends a build for which nothing is written. */
    private void leave(Build build, LensResult outcome) {
        gate.leave(build.lane());
        builds.remove(build.key());
        build.promise().complete(outcome);
    }

    /** Between a look into memory and the start of a writing another one may have ended: its result counts. */
    private Optional<LensResult> settledMeanwhile(LensKey key) {
        Kept lens = kept.getIfPresent(key);
        if (lens != null && isFresh(lens)) {
            return Optional.of(hit(lens));
        }
        return failedRecently(key) ? Optional.of(new LensResult.Skipped(SkipReason.FAILED_RECENTLY)) : Optional.empty();
    }

    private static LensResult joined(LensResult result) {
        return switch (result) {
            case LensResult.Built built -> new LensResult.Built(built.lens(), built.id(), LensResult.Role.JOINED);
            case LensResult.Skipped skipped -> new LensResult.Skipped(skipped.reason());
            case LensResult.Hit hit -> hit;
        };
    }

    /**
     * A writing that runs.
     *
     * @param claim empty: the store was away and could not be asked
     */
    private record Build(
            LensRequest request,
            LensEvent.Cause cause,
            BuildGate.Lane lane,
            int purgesBefore,
            Optional<Claim.Granted> claim,
            Promise<LensResult> promise) {
        LensKey key() {
            return request.key();
        }

        Build under(Claim.Granted granted) {
            return new Build(request, cause, lane, purgesBefore, Optional.of(granted), promise);
        }
    }

    private void finish(Build build, AsyncResult<WriteResult> result) {
        gate.leave(build.lane());
        LensResult outcome = new LensResult.Skipped(SkipReason.FAILED);
        LensEvent event;
        try {
            switch (result.succeeded() ? result.result() : unexpected(result.cause())) {
                case WriteResult.Written written -> {
                    LensId id = LensId.of(build.key(), written.lens());
                    keep(build, written.lens());
                    outcome = new LensResult.Built(written.lens(), id, LensResult.Role.STARTED);
                    event = BuildEvents.created(build.request(), build.cause(), written, id);
                }
                case WriteResult.NotWritten failed -> {
                    failures.put(build.key(), pause(build.request().policy(), failed));
                    build.claim().ifPresent(guarded::release);
                    outcome = new LensResult.Skipped(
                            SkipReason.FAILED, failed.spent().cost());
                    event = failed(build, failed);
                }
            }
        } finally {
            // After memory was filled: who finds no writing here finds its result there.
            builds.remove(build.key());
            build.promise().complete(outcome);
        }
        listener.accept(event);
    }

    private static WriteResult unexpected(Throwable cause) {
        return new WriteResult.NotWritten(
                LensFailure.INTERNAL,
                cause.getClass().getSimpleName(),
                1,
                WriteResult.Spent.NOTHING,
                Duration.ZERO,
                Optional.empty());
    }

    private void keep(Build build, Lens lens) {
        gate.succeeded(build.lane());
        failures.invalidate(build.key());
        StoredLens stored = StoredLens.of(
                lens, clock.instant(), chance.around(build.request().policy().ttl()));
        Duration freshFor = Duration.between(clock.instant(), stored.freshUntil());
        Duration keepFor = Duration.between(clock.instant(), stored.expiresAt());
        if (shelve(build.key(), kept(build.key(), lens, freshFor, keepFor), build.purgesBefore())) {
            guarded.save(
                    build.key(),
                    build.claim(),
                    stored,
                    () -> purges(build.key().tenant()).get() == build.purgesBefore());
        }
    }

    /** How long the key is left alone. What the provider asked for counts when it is shorter than the policy's time. */
    private Duration pause(LensPolicy policy, WriteResult.NotWritten failed) {
        Duration usual = chance.around(policy.negativeTtl());
        return failed.retryAfter().map(asked -> shorter(asked, usual)).orElse(usual);
    }

    private LensEvent failed(Build build, WriteResult.NotWritten failed) {
        switch (failed.failure()) {
            case UPSTREAM_UNAVAILABLE, RATE_LIMITED, TIMEOUT -> gate.failed(build.lane(), failed.retryAfter());
            case UNUSABLE_ANSWER -> gate.succeeded(build.lane());
            case INTERNAL -> {
                // Says nothing about the upstream.
            }
        }
        return BuildEvents.failed(build.request(), failed);
    }
}
