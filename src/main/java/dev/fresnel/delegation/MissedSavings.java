package dev.fresnel.delegation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.fresnel.lens.LensKey;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.Optional;

/**
 * What requests would have saved with a lens that was not there, by lens key: the rent of a ski rental. How many requests will come for a
 * key is not known, so a lens is bought when the savings missed reach its price ({@link #isDue}). Let {@code C} be the price and {@code
 * s_1, s_2, ...} the savings in the order of their requests, whatever they are:
 *
 * <ul>
 *   <li>if the request that makes it due waits for the lens, at most {@code C} is missed before and {@code C} is paid: never more than
 *       twice {@code min(C, sum of s)}, what one who knew the future would lose;
 *   <li>if the lens is written behind that request, its own saving is missed too: never more than that and {@code s} of this one request.
 *       A request whose saving alone reaches {@code C} always waits, so this is below three times.
 * </ul>
 *
 * <p>Karlin, Manasse, Rudolph and Sleator 1988. Departure: none for lower prices by a forecast of uses; that gives the bound up.
 *
 * <p>Bounded; a key that nobody asks for is forgotten. In memory only: after a restart, saving up begins anew. Thread-safe.
 */
public final class MissedSavings {
    /** About the life of a lens: what was missed longer ago, a lens would not have saved. */
    public static final Duration DEFAULT_IDLE = Duration.ofHours(24);

    public static final long DEFAULT_MAXIMUM = 100_000;

    private final Cache<LensKey, Usd> missed;

    /** @param maximum keys held; beyond it the least used are forgotten */
    public MissedSavings(Ticker ticker, Duration idle, long maximum) {
        missed = Caffeine.newBuilder()
                .ticker(ticker)
                .expireAfterAccess(idle)
                .maximumSize(maximum)
                // On the calling thread: no pool of ours, and eviction is small work.
                .executor(Runnable::run)
                .build();
    }

    /** What was missed so far, 0 or more. */
    public Usd of(LensKey key) {
        return Optional.ofNullable(missed.getIfPresent(key)).orElse(Usd.ZERO);
    }

    /**
     * A request did without.
     *
     * @param saving of this one request; a loss counts as nothing
     */
    public void miss(LensKey key, Usd saving) {
        if (Usd.ZERO.isLessThan(saving)) {
            var _ = missed.asMap().merge(key, saving, Usd::plus);
        }
    }

    /** The lens is there: should it be gone again one day, saving up for the next begins at nothing. */
    public void bought(LensKey key) {
        missed.invalidate(key);
    }

    /**
     * Whether the lens is bought with this request.
     *
     * @param missed before it
     * @param saving that it would have with the lens
     * @param price of writing it
     */
    public static boolean isDue(Usd missed, Usd saving, Usd price) {
        return !missed.plus(saving).isLessThan(price);
    }
}
