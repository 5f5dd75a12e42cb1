package dev.fresnel.lens;

import java.time.Instant;

/**
 * A writing that runs in this process.
 *
 * @param since when it began
 */
public record RunningBuild(LensKey key, LensEvent.Cause cause, Instant since) {}
