package dev.fresnel.estimate;

/**
 * Quantiles of the visible length of one choice, before any cap; tokens, above 0 and in order.
 *
 * @param l10 one answer in ten is shorter
 * @param l50 one in two
 * @param l90 nine in ten
 */
public record LengthBand(double l10, double l50, double l90) {}
