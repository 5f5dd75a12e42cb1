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

    /** Fresh for {@code freshFor} from {@code now}, then stale for as long again. */
    static StoredLens of(Lens lens, Instant now, Duration freshFor) {
        return new StoredLens(lens, now.plus(freshFor), now.plus(freshFor.multipliedBy(2)));
    }
}
