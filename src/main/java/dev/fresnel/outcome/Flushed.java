package dev.fresnel.outcome;

import dev.fresnel.policy.Alarm;
import java.util.List;

/**
 * The answer to a flush.
 *
 * @param after what changed since the version that the flush named, its own cells among it, with everybody's evidence
 * @param refused deltas not added and never to be: from before a reset, not finite, or beyond the bound on cells
 * @param alarms raised by this flush; the arms have jumped
 */
public record Flushed(Effect effect, Snapshot after, int refused, List<Alarm> alarms) {
    public Flushed {
        alarms = List.copyOf(alarms);
    }

    /** Whether the flush changed anything. */
    public enum Effect {
        APPLIED,
        /** It had been applied before: nothing changed. */
        DUPLICATE
    }
}
