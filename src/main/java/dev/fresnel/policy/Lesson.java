package dev.fresnel.policy;

import java.util.Optional;

/**
 * What one observation changed: what a replica passes on to the shared store.
 *
 * @param delta the evidence added, in units of {@code landmark}
 * @param landmark the arm's landmark that the delta is relative to
 * @param residual {@code w z} of {@link Cusum}; 0 when the observation was refused
 * @param alarm the change of the arm that this observation proved
 */
public record Lesson(Evidence delta, Landmark landmark, double residual, Optional<Alarm> alarm) {}
