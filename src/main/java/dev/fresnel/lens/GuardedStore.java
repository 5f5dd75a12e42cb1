package dev.fresnel.lens;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A store as the shelf sees it: never trusted to be there, each failure an event. Where a failure is not told here, the answer is
 * what an empty store would say. Thread-safe.
 */
final class GuardedStore {
    /** A store that answers later than this is taken for one that is away. */
    private static final Duration LIMIT = Duration.ofSeconds(2);

    /** A claim outlives the writing's deadline by this, for saving and for slow clocks. */
    private static final Duration CLAIM_MARGIN = Duration.ofSeconds(5);

    private final LensStore store;
    private final Consumer<LensEvent> listener;

    GuardedStore(LensStore store, Consumer<LensEvent> listener) {
        this.store = store;
        this.listener = listener;
    }

    /** Never fails: away is absent. */
    Future<Optional<StoredLens>> find(LensKey key) {
        return guarded(key, LensEvent.Operation.FIND, () -> store.find(key))
                .recover(_ -> Future.succeededFuture(Optional.empty()));
    }

    /** Never fails. Empty: the store is away, so nobody can be asked; writing twice is better than not at all. */
    Future<Optional<Claim>> claim(LensKey key, Duration deadline) {
        return guarded(key, LensEvent.Operation.CLAIM, () -> store.claim(key, deadline.plus(CLAIM_MARGIN)))
                .map(Optional::of)
                .recover(_ -> Future.succeededFuture(Optional.empty()));
    }

    /** Hands over what was written. */
    void save(Claim.Granted claim, StoredLens lens, BooleanSupplier wanted) {
        LensKey key = claim.key();
        guarded(key, LensEvent.Operation.SAVE, () -> saved(claim, lens, wanted))
                .onSuccess(saved -> tellRefused(key, saved));
    }

    /**
     * Hands over a lens for which no claim is held: one is asked for now, and since nobody was kept out until then, what is there is looked
     * at before it is replaced.
     *
     * @param replaceable whether what is there may be replaced
     * @param instead told what is there when it may not
     */
    void saveUnclaimed(
            LensKey key,
            StoredLens lens,
            Predicate<Optional<StoredLens>> replaceable,
            Consumer<Optional<StoredLens>> instead,
            BooleanSupplier wanted) {
        guarded(
                        key,
                        LensEvent.Operation.SAVE,
                        () -> store.claim(key, CLAIM_MARGIN).compose(claim -> switch (claim) {
                            case Claim.Granted mine when replaceable.test(mine.present()) -> saved(mine, lens, wanted);
                            case Claim.Granted mine -> {
                                instead.accept(mine.present());
                                yield store.release(mine).map(Saved.REFUSED);
                            }
                            case Claim.Taken _ -> Future.succeededFuture(Saved.REFUSED);
                        }))
                .onSuccess(saved -> tellRefused(key, saved));
    }

    /** @param wanted asked last: whether the lens may still be kept, since its tenant may have been forgotten meanwhile */
    private Future<Saved> saved(Claim.Granted claim, StoredLens lens, BooleanSupplier wanted) {
        return store.save(claim, lens)
                .compose(saved -> wanted.getAsBoolean()
                        ? Future.succeededFuture(saved)
                        : store.delete(claim.key()).map(saved));
    }

    private void tellRefused(LensKey key, Saved saved) {
        if (saved == Saved.REFUSED) {
            told(key, LensEvent.Operation.SAVE, "refused: another replica or an operator has changed it");
        }
    }

    void release(Claim.Granted claim) {
        guarded(claim.key(), LensEvent.Operation.CLAIM, () -> store.release(claim));
    }

    void touch(LensKey key) {
        guarded(key, LensEvent.Operation.TOUCH, () -> store.touch(key));
    }

    /** Fails when the store does: a caller that adds up must know. */
    Future<Recorded> count(LensKey key, LensCounts own, LensCounts tenant) {
        return guarded(key, LensEvent.Operation.COUNT, () -> store.count(key, own, tenant));
    }

    @CanIgnoreReturnValue
    private <T> Future<T> guarded(LensKey key, LensEvent.Operation operation, Supplier<Future<T>> question) {
        return Future.succeededFuture(key)
                .compose(_ -> question.get())
                .timeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .onFailure(failure -> told(key, operation, failure.getClass().getSimpleName()));
    }

    private void told(LensKey key, LensEvent.Operation operation, String detail) {
        listener.accept(new LensEvent.StoreFailed(key.tenant(), key.shortForm(), operation, detail));
    }
}
