package dev.fresnel.planted.lens;

import dev.fresnel.planted.policy.SleepyPolicy;

/** Breaks the rules on purpose: the other half of a cycle. See ArchitectureTest. */
public record CircularLens(SleepyPolicy policy) {}
