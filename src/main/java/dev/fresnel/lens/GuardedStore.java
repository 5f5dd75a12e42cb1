package dev.fresnel.lens;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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

    /**
     * Hands over what was written. Without a claim, because the store was away, one is asked for now.
     *
     * @param wanted asked last: whether the lens may still be kept, since its tenant may have been forgotten meanwhile
     */
    void save(LensKey key, Optional<Claim.Granted> claim, StoredLens lens, BooleanSupplier wanted) {
        guarded(
                        key,
                        LensEvent.Operation.SAVE,
                        () -> claim.map(Future::<Claim>succeededFuture)
                                .orElseGet(() -> store.claim(key, CLAIM_MARGIN))
                                .compose(granted -> switch (granted) {
                                    case Claim.Granted mine -> store.save(mine, lens);
                                    case Claim.Taken _ -> Future.succeededFuture(Saved.REFUSED);
                                })
                                .compose(saved -> wanted.getAsBoolean()
                                        ? Future.succeededFuture(saved)
                                        : store.delete(key).map(saved)))
                .onSuccess(saved -> {
                    if (saved == Saved.REFUSED) {
                        told(key, LensEvent.Operation.SAVE, "refused: another replica writes it");
                    }
                });
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
