package dev.fresnel.outcome;

import java.time.Duration;

/**
 * How this process and the store keep in step.
 *
 * @param stale since the store was last heard of the population that it was longest not heard of, among those decided for
 * @param applied flushes acknowledged; {@code duplicates} were acknowledged when sent again
 * @param failures calls to the store that failed; what they carried is sent again
 * @param refused deltas that the store will not have
 * @param dropped deltas not queued, since too many waited
 * @param queued cells whose evidence the store has not acknowledged
 * @param ignored stored values that hold nothing, or belong to nobody here
 */
public record SharingCounts(
        Duration stale,
        long applied,
        long duplicates,
        long failures,
        long refused,
        long dropped,
        int queued,
        int ignored) {}
