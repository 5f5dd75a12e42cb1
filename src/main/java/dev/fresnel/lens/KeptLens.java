package dev.fresnel.lens;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A lens in memory.
 *
 * @param freshUntilNanos on the monotonic clock
 * @param keepFor from when it was put there
 * @param lookedAt when the store was last looked into for it, on the monotonic clock
 * @param touchedAt when its use was last noted in the store, on the monotonic clock
 * @param served since then
 */
record KeptLens(
        Lens lens,
        LensId id,
        Pinned pinned,
        long freshUntilNanos,
        Duration keepFor,
        AtomicLong lookedAt,
        AtomicLong touchedAt,
        AtomicLong served) {
    /** Whether an operator has ordered it to stay. */
    enum Pinned {
        YES,
        NO
    }

    boolean isPinned() {
        return pinned == Pinned.YES;
    }
}
