package dev.fresnel.delegation;

import java.time.Instant;

/**
 * When a decision is made, how dear money is then, and the one number its chance comes from.
 *
 * @param chance evenly distributed, 0.0 to below 1.0
 * @param budget how the tenant's budget presses
 */
public record Moment(Instant now, double chance, BudgetPacing.Pressure budget) {
    /** Without a budget that presses. */
    public Moment(Instant now, double chance) {
        this(now, chance, BudgetPacing.Pressure.NONE);
    }

    /** For decisions that are only explained, always the same. */
    public static Moment of(Instant now) {
        return new Moment(now, 0);
    }
}
