package dev.fresnel.pause;

import java.util.Optional;

/**
 * An order that took effect in this process: what the audit trail says.
 *
 * @param before what stood until then; empty: nothing was ever ordered
 * @param source where this process heard of it
 */
public record PauseChange(PauseScope scope, Optional<PauseOrder> before, PauseOrder after, Source source) {
    /** Where an order comes from. */
    public enum Source {
        /** This process's admin listener. */
        ADMIN,
        /** The store: another replica took it, or this one before it was restarted. */
        STORE
    }

    /** Whether delegation was paused before. */
    public PauseOrder.State stateBefore() {
        return before.map(PauseOrder::state).orElse(PauseOrder.State.ACTIVE);
    }
}
