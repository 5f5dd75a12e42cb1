package dev.fresnel.outcome;

import dev.fresnel.policy.Evidence;

/** The sums of one cell of one arm, in units of the arm's current landmark. */
public record Cell(String arm, String name, Evidence evidence) {}
