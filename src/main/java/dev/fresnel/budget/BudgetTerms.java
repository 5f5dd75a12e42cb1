package dev.fresnel.budget;

/**
 * What a tenant's money is spent by.
 *
 * @param limits of the tenant as a whole
 * @param onLow what its getting low does to decisions
 */
public record BudgetTerms(Budget limits, OnLow onLow) {
    public static final BudgetTerms NONE = new BudgetTerms(Budget.NONE, OnLow.IGNORE);

    public static BudgetTerms of(Budget limits) {
        return new BudgetTerms(limits, OnLow.IGNORE);
    }
}
