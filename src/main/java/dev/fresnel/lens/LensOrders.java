package dev.fresnel.lens;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/**
 * Lenses that an operator edits or pins: in the store, under a claim, so that no writing and no other operator is overwritten unseen, then
 * in memory. Other replicas follow when they look at the lens again. Thread-safe; futures fail when the store does.
 */
final class LensOrders {
    private static final Duration CLAIM = Duration.ofSeconds(5);

    private final LensStore store;
    private final LensMemory memory;
    private final InstantSource clock;

    LensOrders(LensStore store, LensMemory memory, InstantSource clock) {
        this.store = store;
        this.memory = memory;
        this.clock = clock;
    }

    /** What is to be stored in place of what is there, or why nothing. */
    private sealed interface Wish {
        record Put(StoredLens lens) implements Wish {}

        record Leave(LensChange why) implements Wish {}
    }

    Future<LensChange> edit(LensKey key, LensId from, LensEdit edit, String by) {
        return changed(key, stored -> {
            LensId id = LensId.of(key, stored.lens());
            if (!id.equals(from)) {
                return new Wish.Leave(new LensChange.Another(id));
            }
            Instant now = clock.instant();
            Lens next = edit.of(stored.lens(), new Provenance.Edited(by, now, from.value()));
            if (LensId.of(key, next).equals(id)) {
                return new Wish.Leave(new LensChange.Same(id));
            }
            return new Wish.Put(stored.isPinned() ? StoredLens.pinned(next) : StoredLens.of(next, now, life(stored)));
        });
    }

    /** For how long the version before was meant to be fresh. */
    private static Duration life(StoredLens stored) {
        Duration life = Duration.between(stored.lens().provenance().changedAt(), stored.freshUntil());
        return life.isPositive() ? life : LensPolicy.DEFAULT.ttl();
    }

    Future<LensChange> pin(LensKey key) {
        return changed(
                key,
                stored -> stored.isPinned()
                        ? new Wish.Leave(new LensChange.Same(LensId.of(key, stored.lens())))
                        : new Wish.Put(StoredLens.pinned(stored.lens())));
    }

    /** Its time begins anew: how long it was meant to live is not known any more. */
    Future<LensChange> unpin(LensKey key) {
        return changed(
                key,
                stored -> stored.isPinned()
                        ? new Wish.Put(StoredLens.of(stored.lens(), clock.instant(), LensPolicy.DEFAULT.ttl()))
                        : new Wish.Leave(new LensChange.Same(LensId.of(key, stored.lens()))));
    }

    private Future<LensChange> changed(LensKey key, Function<StoredLens, Wish> wish) {
        int purgesBefore = memory.purges(key.tenant());
        return Future.succeededFuture(key)
                .compose(wanted -> store.claim(wanted, CLAIM))
                .compose(claim -> switch (claim) {
                    case Claim.Taken _ -> Future.succeededFuture(new LensChange.BeingWritten());
                    case Claim.Granted mine -> {
                        Optional<Wish> found = mine.present().map(wish);
                        yield switch (found.orElse(new Wish.Leave(new LensChange.Absent()))) {
                            case Wish.Leave leave -> store.release(mine).map(leave.why());
                            case Wish.Put put -> save(mine, put.lens(), purgesBefore);
                        };
                    }
                });
    }

    private Future<LensChange> save(Claim.Granted claim, StoredLens lens, int purgesBefore) {
        LensKey key = claim.key();
        return store.save(claim, lens).map(saved -> switch (saved) {
            case KEPT -> {
                memory.succeeded(key);
                // One that was purged meanwhile is gone from the store too.
                memory.asKept(key, lens).ifPresent(kept -> {
                    boolean _ = memory.keep(key, kept, purgesBefore);
                });
                yield new LensChange.Made(LensId.of(key, lens.lens()));
            }
            case REFUSED -> new LensChange.BeingWritten();
        });
    }
}
