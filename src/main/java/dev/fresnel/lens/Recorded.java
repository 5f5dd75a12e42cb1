package dev.fresnel.lens;

/**
 * Sums as they stand after an addition.
 *
 * @param own of the key
 * @param tenant of all keys of its tenant
 */
public record Recorded(LensCounts own, LensCounts tenant) {
    public static final Recorded NOTHING = new Recorded(LensCounts.NONE, LensCounts.NONE);
}
