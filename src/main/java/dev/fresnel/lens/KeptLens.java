package dev.fresnel.lens;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A lens in memory.
 *
 * @param freshUntilNanos on the monotonic clock
 * @param keepFor from when it was put there
 * @param touchedAt when its use was last noted in the store, on the monotonic clock
 * @param served since then
 */
record KeptLens(
        Lens lens, LensId id, long freshUntilNanos, Duration keepFor, AtomicLong touchedAt, AtomicLong served) {}
