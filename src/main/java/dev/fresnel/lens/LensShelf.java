package dev.fresnel.lens;

import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.TenantId;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Where lenses are had: from memory, else from the store, else from the smart model. Thread-safe, called from every event loop; each
 * future completes on the caller's own context.
 *
 * <ul>
 *   <li><b>Single flight</b>, a <b>negative cache</b> and <b>caps</b> on writings: see {@link LensBuilds}.
 *   <li><b>Stale while rebuilding</b>: a lens past its time is served on while one rebuild runs. Its time is jittered by a fifth, so
 *       that lenses written together are not rebuilt together.
 *   <li><b>The store is never trusted to be there</b>: its failure is an event and a miss.
 * </ul>
 *
 * No future fails: having no lens is a {@link LensResult.Skipped}.
 */
public final class LensShelf {
    /** A lens in use is noted in the store this often, which is fine enough to choose the least recently used. */
    private static final Duration TOUCH_EVERY = Duration.ofMinutes(10);

    /** A lens in use is looked for in the store this often: an operator may have changed it at another replica. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final LensStore store;
    private final GuardedStore guarded;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final ShelfLimits limits;
    private final LensMemory memory;
    private final LensRecords records;
    private final LensBuilds builds;
    private final LensOrders orders;
    private final NearLenses near;
    private final Map<LensKey, Future<Optional<KeptLens>>> lookups = new ConcurrentHashMap<>();

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
        Chance chance = new Chance(random);
        this.vertx = vertx;
        this.store = store;
        this.guarded = new GuardedStore(store, listener);
        this.clock = clock;
        this.nanos = nanos;
        this.limits = limits;
        this.memory = new LensMemory(clock, nanos, limits.maxKept());
        this.near = new NearLenses(random.nextLong());
        this.records = new LensRecords(guarded, nanos, limits.maxKept(), this::isPinned, listener);
        this.orders = new LensOrders(store, memory, clock);
        this.builds = new LensBuilds(
                writer, guarded, memory, records, new BuildGate(limits, nanos, chance), chance, clock, listener);
    }

    /** The lens for {@code request}, or why there is none now. */
    public Future<LensResult> lensFor(LensRequest request, Wait wait) {
        Optional<KeptLens> found = usable(request.key());
        if (found.isPresent()) {
            return Future.succeededFuture(served(request, found.get(), wait));
        }
        if (isLeftAlone(request.key())) {
            return skipped(SkipReason.RETIRED);
        }
        if (failedRecently(request.key())) {
            return skipped(SkipReason.FAILED_RECENTLY);
        }
        Future<Optional<KeptLens>> lookup = lookedUp(request.key());
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
                                .orElseGet(() -> new LensResult.Skipped(
                                        isLeftAlone(request.key()) ? SkipReason.RETIRED : SkipReason.NOT_CACHED))),
                        limits.storeWait(),
                        SkipReason.NOT_CACHED);
        };
    }

    /** What memory holds under {@code key}; asks nobody, so it is cheap enough for every decision. */
    public Optional<LensResult.Hit> peek(LensKey key) {
        return usable(key).map(this::hit);
    }

    /** Whether no lens is written for the key any more, because answers were worse with every version. Memory only. */
    public boolean isLeftAlone(LensKey key) {
        return records.isLeftAlone(key) && !isPinned(key);
    }

    private boolean isPinned(LensKey key) {
        return memory.find(key).filter(KeptLens::isPinned).isPresent();
    }

    /**
     * A lens that was written for a task much like this one, if it may be used for it. Memory only.
     *
     * @param partition of {@link LensKeys#partition}
     * @param chance evenly distributed, 0.0 to below 1.0: decides about a trial
     */
    public Optional<NearLenses.Near> neighbour(Fingerprint partition, String task, double chance) {
        return near.find(partition, task, chance)
                .filter(found -> usable(found.key())
                        .filter(lens -> lens.id().equals(found.lens()))
                        .isPresent());
    }

    /** Remembers that the lens of {@code key} serves {@code task}, so that a task much like it may find it. Memory only. */
    public void serves(Fingerprint partition, LensKey key, String task, Lens lens) {
        near.add(partition, key, task, lens);
    }

    /**
     * What came of an answer, or what a revision of that changes: kept in the record of its key, here and in the store. A version that is
     * found to make answers worse is retired: no new conversation gets it, and the next request has another one made from it, until
     * {@value LensRecords#ATTEMPTS} have failed; then the key is left alone. Any thread; nothing waits.
     */
    public void heard(LensUse use, Tally outcome) {
        if (use.similarity().isPresent()) {
            // Says how far the lens reaches, and nothing about its own task.
            near.heard(use.key(), use.similarity().getAsDouble(), outcome, records.quality(use));
        } else {
            records.heard(use, outcome, memory.find(use.key()).isPresent());
        }
    }

    /** The record of a key as this process knows it. Memory only. */
    public LensRecord record(LensKey key) {
        return records.of(key);
    }

    /** Whether asking for {@code key} is pointless for now, because writing it failed a short while ago. Memory only. */
    public boolean failedRecently(LensKey key) {
        return memory.failedRecently(key);
    }

    /** Everything of a tenant, as the store has it; fails when the store does. */
    public Future<List<LensStanding>> standings(TenantId tenant) {
        LensKey none = new LensKey(tenant, Fingerprint.of("no key has this hash"));
        return Future.succeededFuture(tenant)
                .compose(store::list)
                .compose(entries -> store.count(none, LensCounts.NONE, LensCounts.NONE)
                        .map(sums -> standings(entries, sums.tenant())));
    }

    private List<LensStanding> standings(List<LensEntry> entries, LensCounts ofTenant) {
        LensSpread spread =
                LensSpread.of(entries.stream().map(LensEntry::record).toList());
        return entries.stream().map(entry -> standing(entry, ofTenant, spread)).toList();
    }

    private LensStanding standing(LensEntry entry, LensCounts ofTenant, LensSpread spread) {
        LensRecord record = new LensRecord(entry.record());
        Optional<LensId> id = entry.lens().map(stored -> LensId.of(entry.key(), stored.lens()));
        return new LensStanding(
                entry.key(),
                entry.lens(),
                id,
                state(record, entry.lens(), id),
                record,
                id.map(lens -> LensJudge.findings(lens, new Recorded(entry.record(), ofTenant), spread))
                        .orElse(List.of()));
    }

    private LensStanding.State state(LensRecord record, Optional<StoredLens> lens, Optional<LensId> id) {
        if (lens.filter(StoredLens::isPinned).isPresent()) {
            return LensStanding.State.PINNED;
        }
        if (record.retirements() >= LensRecords.ATTEMPTS) {
            return LensStanding.State.LEFT_ALONE;
        }
        if (id.filter(record::isRetired).isPresent()) {
            return LensStanding.State.RETIRED;
        }
        return lens.map(stored -> stored.freshUntil().isAfter(clock.instant())
                        ? LensStanding.State.FRESH
                        : LensStanding.State.STALE)
                .orElse(LensStanding.State.GONE);
    }

    /** The writings of a tenant that run in this process. */
    public List<RunningBuild> running(TenantId tenant) {
        return builds.running(tenant);
    }

    /** Gives a writing of this process up, and says whether there was one; see {@link LensBuilds#cancel}. */
    public boolean cancel(LensKey key) {
        return builds.cancel(key);
    }

    /** Retires the lens of a key by order: gives its id, or nothing where there is none, or it is pinned. Fails when the store does. */
    public Future<Optional<LensId>> retire(LensKey key) {
        return Future.succeededFuture(key).compose(store::find).map(found -> {
            if (found.filter(StoredLens::isPinned).isPresent()) {
                return Optional.empty();
            }
            Optional<LensId> lens = found.map(stored -> LensId.of(key, stored.lens()))
                    .or(() -> memory.find(key).map(KeptLens::id))
                    .filter(id -> !records.isRetired(key, id));
            lens.ifPresent(id -> records.retire(key, id));
            return lens;
        });
    }

    /**
     * Puts an operator's words in place of a lens's: a new version, with a record of its own. Fails when the store does.
     *
     * @param from the version that was edited; another one there is left alone
     * @param edit without {@link LensEdit#problems}
     */
    public Future<LensChange> edit(LensKey key, LensId from, LensEdit edit, String by) {
        return orders.edit(key, from, edit, by);
    }

    /** Has the lens of a key stay as it is, whatever its age and record, until {@link #unpin}. Fails when the store does. */
    public Future<LensChange> pin(LensKey key) {
        return orders.pin(key);
    }

    /** Ends {@link #pin}: its time begins anew, and its record counts again. Fails when the store does. */
    public Future<LensChange> unpin(LensKey key) {
        return orders.unpin(key);
    }

    /** Takes one lens off the shelf and out of the store, its record too. The next request may have a new one written. */
    public Future<Void> revoke(LensKey key) {
        memory.forget(key);
        records.forget(key);
        near.forget(key);
        return Future.succeededFuture(key).compose(store::delete);
    }

    /**
     * Forgets everything of one tenant, what is being written included. Gives the number of lenses the store removed; fails when the
     * store fails, since whoever asks to forget must know.
     */
    public Future<Integer> purge(TenantId tenant) {
        memory.purge(tenant);
        records.purge(tenant);
        near.purge(tenant);
        return Future.succeededFuture(tenant).compose(store::purge);
    }

    // ---- serving ----

    /** What memory holds and may be given to a new conversation. */
    private Optional<KeptLens> usable(LensKey key) {
        return memory.find(key).filter(lens -> lens.isPinned() || !records.isRetired(key, lens.id()));
    }

    private LensResult served(LensRequest request, KeptLens lens, Wait wait) {
        touch(request.key(), lens);
        lookAgain(request.key(), lens);
        if (!memory.isFresh(lens) && wait != Wait.CACHED_ONLY && !failedRecently(request.key())) {
            if (records.isProven(request.key(), lens.id())) {
                builds.renew(request, lens);
                return new LensResult.Hit(lens.lens(), lens.id(), LensResult.Freshness.FRESH);
            }
            builds.start(request, LensEvent.Cause.STALE);
        }
        return hit(lens);
    }

    private LensResult.Hit hit(KeptLens lens) {
        return new LensResult.Hit(
                lens.lens(), lens.id(), memory.isFresh(lens) ? LensResult.Freshness.FRESH : LensResult.Freshness.STALE);
    }

    private void touch(LensKey key, KeptLens lens) {
        lens.served().incrementAndGet();
        long now = nanos.getAsLong();
        long last = lens.touchedAt().get();
        if (now - last > TOUCH_EVERY.toNanos() && lens.touchedAt().compareAndSet(last, now)) {
            guarded.touch(key);
            records.served(key, lens.id(), lens.served().getAndSet(0));
        }
    }

    /** Takes over what an operator, or another replica's writing, has put in the place of a lens. Nothing waits for it. */
    private void lookAgain(LensKey key, KeptLens lens) {
        long now = nanos.getAsLong();
        long last = lens.lookedAt().get();
        if (now - last <= LOOK_EVERY.toNanos() || !lens.lookedAt().compareAndSet(last, now)) {
            return;
        }
        int purgesBefore = memory.purges(key.tenant());
        guarded.find(key)
                .onSuccess(found -> found.flatMap(stored -> memory.asKept(key, stored))
                        // One that could not be stored when it was written is not given up for want of it there.
                        .filter(stored -> !stored.id().equals(lens.id()) || stored.pinned() != lens.pinned())
                        .ifPresent(stored -> {
                            boolean _ = memory.keep(key, stored, purgesBefore);
                        }));
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

    /** What the store holds and may be used, put into memory on the way. One question per key at a time; never fails. */
    private Future<Optional<KeptLens>> lookedUp(LensKey key) {
        Promise<Optional<KeptLens>> mine = Promise.promise();
        Future<Optional<KeptLens>> running = lookups.putIfAbsent(key, mine.future());
        if (running != null) {
            return running;
        }
        int purgesBefore = memory.purges(key.tenant());
        Future<Optional<StoredLens>> lens = guarded.find(key);
        Future<Recorded> record = guarded.count(key, LensCounts.NONE, LensCounts.NONE);
        Future.join(lens, record).onComplete(_ -> {
            if (record.succeeded() && memory.purges(key.tenant()) == purgesBefore) {
                records.learned(key, record.result());
            }
            Optional<StoredLens> found = lens.succeeded() ? lens.result() : Optional.empty();
            boolean kept = found.flatMap(stored -> memory.asKept(key, stored))
                    .filter(present -> memory.keep(key, present, purgesBefore))
                    .isPresent();
            lookups.remove(key);
            mine.complete(kept ? usable(key) : Optional.empty());
        });
        return mine.future();
    }

    // ---- writing ----

    private Future<LensResult> orBuilt(LensRequest request, Optional<KeptLens> stored) {
        return stored.map(lens -> Future.succeededFuture(served(request, lens, Wait.INLINE)))
                .orElseGet(() -> builds.start(request, LensEvent.Cause.MISS));
    }

    private LensResult orBuilding(LensRequest request, Optional<KeptLens> stored) {
        return stored.map(lens -> served(request, lens, Wait.BACKGROUND)).orElseGet(() -> {
            Future<LensResult> build = builds.start(request, LensEvent.Cause.MISS);
            // Refused at once by a cap or a pause: say so. Built at once, or meanwhile: take it.
            return build.isComplete() ? build.result() : new LensResult.Skipped(SkipReason.BUILDING);
        });
    }
}
