package dev.fresnel.delegation;

import dev.fresnel.budget.BudgetState;
import dev.fresnel.budget.OnLow;

/** RFC-042's ladder: which cheaper sort of arm a budget asks for that runs low. */
public enum Downgrade {
    NONE,
    /** A worker with a lens in place of the requested model. */
    TO_LENS,
    /** A bare worker, or else one with a lens. */
    TO_BARE;

    public static Downgrade of(BudgetState state, OnLow onLow) {
        if (onLow == OnLow.IGNORE) {
            return NONE;
        }
        return switch (state) {
            case AMPLE -> NONE;
            case LOW, WARNING -> TO_LENS;
            case CRITICAL, EXHAUSTED -> TO_BARE;
        };
    }
}
