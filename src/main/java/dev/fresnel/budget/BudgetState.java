package dev.fresnel.budget;

import java.util.Locale;

/** How much of a budget is left, from plenty to nothing: RFC-042's states. */
public enum BudgetState {
    AMPLE(1),
    /** Less than 30 %. */
    LOW(0.3),
    /** 20 % or less: once told as a warning, otherwise like {@link #LOW}. */
    WARNING(0.2),
    /** Less than 10 %. */
    CRITICAL(0.1),
    /** Nothing, or so little that a request was refused for it. */
    EXHAUSTED(0);

    private final double below;

    BudgetState(double below) {
        this.below = below;
    }

    /** @param left share of the limit, 0.0 to 1.0 */
    static BudgetState of(double left) {
        if (left <= EXHAUSTED.below) {
            return EXHAUSTED;
        }
        if (left < CRITICAL.below) {
            return CRITICAL;
        }
        if (left <= WARNING.below) {
            return WARNING;
        }
        return left < LOW.below ? LOW : AMPLE;
    }

    public boolean isWorseThan(BudgetState other) {
        return compareTo(other) > 0;
    }

    /** The name in metrics, events and the status. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
