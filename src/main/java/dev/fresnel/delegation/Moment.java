package dev.fresnel.delegation;

import java.time.Instant;

/**
 * When a decision is made, how dear money is then, and the numbers its chance comes from.
 *
 * @param chance evenly distributed, 0.0 to below 1.0
 * @param lot by which controls are drawn, likewise and independent of {@code chance}; {@link #NO_LOT} where nobody is to be one
 * @param budget how the tenant's budget presses
 */
public record Moment(Instant now, double chance, double lot, BudgetPacing.Pressure budget) {
    /** Above every share. */
    public static final double NO_LOT = 1;

    /** Without a lot. */
    public Moment(Instant now, double chance, BudgetPacing.Pressure budget) {
        this(now, chance, NO_LOT, budget);
    }

    /** Without a lot, nor a budget that presses. */
    public Moment(Instant now, double chance) {
        this(now, chance, BudgetPacing.Pressure.NONE);
    }

    /** For decisions that are only explained, always the same. */
    public static Moment of(Instant now) {
        return new Moment(now, 0);
    }
}
