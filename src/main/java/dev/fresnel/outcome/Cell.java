package dev.fresnel.outcome;

/** The sums of one cell of one arm, on the arm's current scale. */
public record Cell(String arm, String name, Sums sums) {}
