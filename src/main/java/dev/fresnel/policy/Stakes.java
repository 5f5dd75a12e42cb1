package dev.fresnel.policy;

/**
 * What turns dollars into quality. Quality is learned, dollars are computed, so a changed price counts in the next decision:
 *
 * <pre>
 *   u_a = q_a - (1/v + lambda) * cost_a - penalty_a
 * </pre>
 *
 * @param value {@code v}: US dollars that a success is worth, above 0; infinite when cost does not matter
 * @param budgetPrice {@code lambda}: the budget's shadow price in quality per dollar, 0 while money is left
 */
public record Stakes(double value, double budgetPrice) {
    /** Quality alone counts. */
    public static final Stakes QUALITY_ONLY = new Stakes(Double.POSITIVE_INFINITY, 0);

    public Stakes {
        if (!(value > 0)) {
            throw new IllegalArgumentException("the value of a success is a positive number of dollars: " + value);
        }
        if (!(budgetPrice >= 0 && budgetPrice < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the budget's price is a finite number, not negative: " + budgetPrice);
        }
    }

    /** A success is worth {@code dollars}, and no budget presses. */
    public static Stakes worth(double dollars) {
        return new Stakes(dollars, 0);
    }

    /** Quality that is given up for one dollar. */
    public double perDollar() {
        return 1 / value + budgetPrice;
    }
}
