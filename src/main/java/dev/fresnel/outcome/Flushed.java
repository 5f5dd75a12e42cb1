package dev.fresnel.outcome;

/**
 * The answer to a flush.
 *
 * @param after the cells it named, with everybody's evidence
 * @param refused deltas not added and never to be: from before a reset, not finite, or beyond the bound on cells
 */
public record Flushed(Effect effect, Snapshot after, int refused) {
    /** Whether the flush changed anything. */
    public enum Effect {
        APPLIED,
        /** It had been applied before: nothing changed. */
        DUPLICATE
    }
}
