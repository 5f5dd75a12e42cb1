package dev.fresnel.lens;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.value.TenantId;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The writings that run. Thread-safe; no future fails.
 *
 * <ul>
 *   <li><b>Single flight</b>: however many requests ask for one key at once, the smart model is asked once and the rest join. Of
 *       several replicas on one store one writes; the others skip until its lens is there.
 *   <li><b>Negative cache</b>: a key whose writing failed is left alone for the policy's {@code negativeTtl}, jittered; the tenant's
 *       other writings pause too when the upstream itself was at fault.
 *   <li><b>Caps</b> on writings at once, per tenant and in total: past them a request is skipped, never queued.
 * </ul>
 */
final class LensBuilds {
    private final LensWriter writer;
    private final GuardedStore store;
    private final LensMemory memory;
    private final LensRecords records;
    private final BuildGate gate;
    private final Chance chance;
    private final InstantSource clock;
    private final Consumer<LensEvent> listener;
    private final Map<LensKey, Build> running = new ConcurrentHashMap<>();

    LensBuilds(
            LensWriter writer,
            GuardedStore store,
            LensMemory memory,
            LensRecords records,
            BuildGate gate,
            Chance chance,
            InstantSource clock,
            Consumer<LensEvent> listener) {
        this.writer = writer;
        this.store = store;
        this.memory = memory;
        this.records = records;
        this.gate = gate;
        this.chance = chance;
        this.clock = clock;
        this.listener = listener;
    }

    /**
     * A writing that runs.
     *
     * @param revises the retired version that the new one is made from
     * @param cancelled set when its result is not wanted any more
     * @param claim empty: the store was away and could not be asked
     */
    private record Build(
            LensRequest request,
            LensEvent.Cause cause,
            Optional<Lens> revises,
            BuildGate.Lane lane,
            int purgesBefore,
            Instant since,
            Optional<Claim.Granted> claim,
            AtomicBoolean cancelled,
            Promise<LensResult> promise) {
        LensKey key() {
            return request.key();
        }

        Build under(Claim.Granted granted) {
            return new Build(
                    request, cause, revises, lane, purgesBefore, since, Optional.of(granted), cancelled, promise);
        }
    }

    /** Starts a writing or joins the one that runs. Every end of it is handled here, so callers need not wait. */
    @CanIgnoreReturnValue
    Future<LensResult> start(LensRequest request, LensEvent.Cause cause) {
        Build mine = build(request, cause);
        Build other = running.putIfAbsent(request.key(), mine);
        if (other != null) {
            return other.promise().future().map(LensBuilds::joined);
        }
        Optional<LensResult> settled =
                settledMeanwhile(request.key()).or(() -> gate.enter(mine.lane()).map(LensResult.Skipped::new));
        if (settled.isPresent()) {
            running.remove(request.key());
            mine.promise().complete(settled.get());
        } else {
            store.claim(request.key(), request.policy().deadline()).onSuccess(claim -> claimed(mine, claim));
        }
        return mine.promise().future();
    }

    private Build build(LensRequest request, LensEvent.Cause cause) {
        LensKey key = request.key();
        Optional<Lens> revises = memory.find(key)
                .filter(lens -> records.isRetired(key, lens.id()))
                .map(KeptLens::lens);
        return new Build(
                request,
                revises.isPresent() ? LensEvent.Cause.RETIRED : cause,
                revises,
                new BuildGate.Lane(key.tenant(), request.smart().upstream()),
                memory.purges(key.tenant()),
                clock.instant(),
                Optional.empty(),
                new AtomicBoolean(),
                Promise.promise());
    }

    List<RunningBuild> running(TenantId tenant) {
        return running.values().stream()
                .filter(build -> build.key().tenant().equals(tenant))
                .map(build -> new RunningBuild(build.key(), build.cause(), build.since()))
                .toList();
    }

    /**
     * Gives a writing up: who waits for it goes on without, and what the smart model still answers is thrown away, though paid for. The key is
     * then left alone like any whose writing failed.
     *
     * @return whether there was one
     */
    boolean cancel(LensKey key) {
        Build build = running.get(key);
        if (build == null || !build.cancelled().compareAndSet(false, true)) {
            return false;
        }
        build.promise().tryComplete(new LensResult.Skipped(SkipReason.FAILED));
        return true;
    }

    /** Between a look into memory and the start of a writing another one may have ended: its result counts. */
    private Optional<LensResult> settledMeanwhile(LensKey key) {
        if (records.isLeftAlone(key)) {
            return Optional.of(new LensResult.Skipped(SkipReason.RETIRED));
        }
        Optional<LensResult> fresh = memory.find(key)
                .filter(memory::isFresh)
                .filter(lens -> !records.isRetired(key, lens.id()))
                .map(LensBuilds::hit);
        return fresh.isEmpty() && memory.failedRecently(key)
                ? Optional.of(new LensResult.Skipped(SkipReason.FAILED_RECENTLY))
                : fresh;
    }

    private static LensResult hit(KeptLens lens) {
        return new LensResult.Hit(lens.lens(), lens.id(), LensResult.Freshness.FRESH);
    }

    private static LensResult joined(LensResult result) {
        return switch (result) {
            case LensResult.Built built -> new LensResult.Built(built.lens(), built.id(), LensResult.Role.JOINED);
            case LensResult.Skipped skipped -> new LensResult.Skipped(skipped.reason());
            case LensResult.Hit hit -> hit;
        };
    }

    /** One writing at a time, across all replicas that share the store. */
    private void claimed(Build build, Optional<Claim> claim) {
        switch (claim.orElse(null)) {
            case null -> write(build);
            case Claim.Taken _ -> leave(build, new LensResult.Skipped(SkipReason.BUILDING));
            case Claim.Granted mine -> {
                // Another replica may have written it between our look into the store and our claim.
                Optional<KeptLens> present = mine.present()
                        .flatMap(stored -> memory.asKept(build.key(), stored))
                        .filter(memory::isFresh)
                        .filter(lens -> !records.isRetired(build.key(), lens.id()));
                if (present.isPresent() && memory.keep(build.key(), present.get(), build.purgesBefore())) {
                    store.release(mine);
                    leave(build, hit(present.get()));
                } else {
                    write(build.under(mine));
                }
            }
        }
    }

    private void write(Build build) {
        writer.write(build.request(), build.revises()).onComplete(result -> finish(build, result));
    }

    /** Ends a build for which nothing is written. */
    private void leave(Build build, LensResult outcome) {
        gate.leave(build.lane());
        running.remove(build.key());
        build.promise().tryComplete(outcome);
    }

    private void finish(Build build, AsyncResult<WriteResult> result) {
        gate.leave(build.lane());
        LensResult outcome = new LensResult.Skipped(SkipReason.FAILED);
        LensEvent event;
        try {
            switch (wanted(build, result.succeeded() ? result.result() : unexpected(result.cause()))) {
                case WriteResult.Written written -> {
                    LensId id = LensId.of(build.key(), written.lens());
                    keep(build, written.lens());
                    outcome = new LensResult.Built(written.lens(), id, LensResult.Role.STARTED);
                    event = BuildEvents.created(build.request(), build.cause(), written, id);
                }
                case WriteResult.NotWritten failed -> {
                    memory.failed(build.key(), pause(build.request().policy(), failed));
                    build.claim().ifPresent(store::release);
                    outcome = new LensResult.Skipped(
                            SkipReason.FAILED, failed.spent().cost());
                    event = failed(build, failed);
                }
            }
        } finally {
            // After memory was filled: who finds no writing here finds its result there.
            running.remove(build.key());
            build.promise().tryComplete(outcome);
        }
        listener.accept(event);
    }

    private static WriteResult wanted(Build build, WriteResult result) {
        if (!build.cancelled().get()) {
            return result;
        }
        return switch (result) {
            case WriteResult.Written written -> {
                Provenance paid = written.lens().provenance();
                yield new WriteResult.NotWritten(
                        LensFailure.CANCELLED,
                        "cancelled",
                        written.attempts(),
                        new WriteResult.Spent(paid.usage(), paid.usageSource(), paid.cost()),
                        paid.took(),
                        Optional.empty());
            }
            case WriteResult.NotWritten failed -> failed;
        };
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
        memory.succeeded(build.key());
        StoredLens stored = StoredLens.of(
                lens, clock.instant(), chance.around(build.request().policy().ttl()));
        LensKey key = build.key();
        if (remembered(key, stored, build.purgesBefore())) {
            BooleanSupplier wanted = () -> memory.purges(key.tenant()) == build.purgesBefore();
            build.claim()
                    .ifPresentOrElse(
                            claim -> store.save(claim, stored, wanted),
                            () -> store.saveUnclaimed(
                                    key,
                                    stored,
                                    // The store was away, so this may be the first that is heard of an operator's order.
                                    present -> present.filter(StoredLens::isPinned).isEmpty(),
                                    present -> yieldTo(key, present, build.purgesBefore()),
                                    wanted));
        }
    }

    private boolean remembered(LensKey key, StoredLens stored, int purgesBefore) {
        return memory.asKept(key, stored)
                .filter(mine -> memory.keep(key, mine, purgesBefore))
                .isPresent();
    }

    /** Starts the time of a lens anew: it has earned to stay. Not where an operator has edited, pinned or deleted it at another replica. */
    void renew(LensRequest request, KeptLens lens) {
        LensKey key = request.key();
        int purgesBefore = memory.purges(key.tenant());
        StoredLens stored = StoredLens.of(
                lens.lens(), clock.instant(), chance.around(request.policy().ttl()));
        if (remembered(key, stored, purgesBefore)) {
            store.saveUnclaimed(
                    key,
                    stored,
                    present -> present.filter(there -> !there.isPinned())
                            .filter(there -> LensId.of(key, there.lens()).equals(lens.id()))
                            .isPresent(),
                    present -> yieldTo(key, present, purgesBefore),
                    () -> memory.purges(key.tenant()) == purgesBefore);
        }
    }

    /** What the store has of a key counts, and so does its having nothing. */
    private void yieldTo(LensKey key, Optional<StoredLens> present, int purgesBefore) {
        if (present.filter(there -> remembered(key, there, purgesBefore)).isEmpty()) {
            memory.forget(key);
        }
    }

    /** How long the key is left alone. What the provider asked for counts when it is shorter than the policy's time. */
    private Duration pause(LensPolicy policy, WriteResult.NotWritten failed) {
        Duration usual = chance.around(policy.negativeTtl());
        return failed.retryAfter().filter(asked -> asked.compareTo(usual) < 0).orElse(usual);
    }

    private LensEvent failed(Build build, WriteResult.NotWritten failed) {
        switch (failed.failure()) {
            case UPSTREAM_UNAVAILABLE, RATE_LIMITED, TIMEOUT -> gate.failed(build.lane(), failed.retryAfter());
            case UNUSABLE_ANSWER -> {
                gate.succeeded(build.lane());
                build.revises().ifPresent(_ -> records.refreshFailed(build.key()));
            }
            case CANCELLED, INTERNAL -> {
                // Says nothing about the upstream.
            }
        }
        return BuildEvents.failed(build.request(), failed);
    }
}
