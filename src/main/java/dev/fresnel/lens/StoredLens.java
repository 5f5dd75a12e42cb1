package dev.fresnel.lens;

import java.time.Duration;
import java.time.Instant;

/**
 * A lens with its dates, as a store keeps it.
 *
 * @param freshUntil from then on it is stale: still served, while a new one is written
 * @param expiresAt from then on it is gone
 */
public record StoredLens(Lens lens, Instant freshUntil, Instant expiresAt) {
    public StoredLens {
        if (expiresAt.isBefore(freshUntil)) {
            throw new IllegalArgumentException("a lens cannot expire before it is stale");
        }
    }

    /** The dates of a lens that an operator has pinned: it is neither written anew nor forgotten, and its record does not retire it. */
    private static final Instant PINNED = Instant.parse("2200-01-01T00:00:00Z");

    /** From then on an end is that of a pinned lens, whatever a store's clock made of it; milliseconds since 1970. */
    public static final long PINNED_FROM_MILLIS =
            PINNED.minus(Duration.ofDays(365)).toEpochMilli();

    /** The lens as it is kept on an operator's order. */
    public static StoredLens pinned(Lens lens) {
        return new StoredLens(lens, PINNED, PINNED);
    }

    public boolean isPinned() {
        return freshUntil.equals(PINNED);
    }

    /** Fresh for {@code freshFor} from {@code now}, then stale for as long again. */
    static StoredLens of(Lens lens, Instant now, Duration freshFor) {
        return new StoredLens(lens, now.plus(freshFor), now.plus(freshFor.multipliedBy(2)));
    }
}
