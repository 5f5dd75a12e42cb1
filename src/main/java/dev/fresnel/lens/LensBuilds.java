package dev.fresnel.lens;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Map<LensKey, Promise<LensResult>> running = new ConcurrentHashMap<>();

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
     * @param claim empty: the store was away and could not be asked
     */
    private record Build(
            LensRequest request,
            LensEvent.Cause cause,
            Optional<Lens> revises,
            BuildGate.Lane lane,
            int purgesBefore,
            Optional<Claim.Granted> claim,
            Promise<LensResult> promise) {
        LensKey key() {
            return request.key();
        }

        Build under(Claim.Granted granted) {
            return new Build(request, cause, revises, lane, purgesBefore, Optional.of(granted), promise);
        }
    }

    /** Starts a writing or joins the one that runs. Every end of it is handled here, so callers need not wait. */
    @CanIgnoreReturnValue
    Future<LensResult> start(LensRequest request, LensEvent.Cause cause) {
        Promise<LensResult> mine = Promise.promise();
        Promise<LensResult> other = running.putIfAbsent(request.key(), mine);
        if (other != null) {
            return other.future().map(LensBuilds::joined);
        }
        Optional<LensResult> settled = settledMeanwhile(request.key());
        if (settled.isPresent()) {
            running.remove(request.key());
            mine.complete(settled.get());
            return mine.future();
        }
        BuildGate.Lane lane =
                new BuildGate.Lane(request.key().tenant(), request.smart().upstream());
        Optional<SkipReason> refused = gate.enter(lane);
        if (refused.isPresent()) {
            running.remove(request.key());
            mine.complete(new LensResult.Skipped(refused.get()));
            return mine.future();
        }
        int purgesBefore = memory.purges(lane.tenant());
        Optional<Lens> revises = memory.find(request.key())
                .filter(lens -> records.isRetired(request.key(), lens.id()))
                .map(KeptLens::lens);
        Build build = new Build(
                request,
                revises.isPresent() ? LensEvent.Cause.RETIRED : cause,
                revises,
                lane,
                purgesBefore,
                Optional.empty(),
                mine);
        store.claim(request.key(), request.policy().deadline()).onSuccess(claim -> claimed(build, claim));
        return mine.future();
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
        build.promise().complete(outcome);
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
        memory.succeeded(build.key());
        StoredLens stored = StoredLens.of(
                lens, clock.instant(), chance.around(build.request().policy().ttl()));
        put(build.key(), stored, build.claim(), build.purgesBefore());
    }

    private void put(LensKey key, StoredLens stored, Optional<Claim.Granted> claim, int purgesBefore) {
        boolean kept = memory.asKept(key, stored)
                .filter(mine -> memory.keep(key, mine, purgesBefore))
                .isPresent();
        if (kept) {
            store.save(key, claim, stored, () -> memory.purges(key.tenant()) == purgesBefore);
        }
    }

    /** Starts the time of a lens anew: it has earned to stay. */
    void renew(LensRequest request, KeptLens lens) {
        int purgesBefore = memory.purges(request.key().tenant());
        StoredLens stored = StoredLens.of(
                lens.lens(), clock.instant(), chance.around(request.policy().ttl()));
        put(request.key(), stored, Optional.empty(), purgesBefore);
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
            case INTERNAL -> {
                // Says nothing about the upstream.
            }
        }
        return BuildEvents.failed(build.request(), failed);
    }
}
