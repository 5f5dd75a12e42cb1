package dev.fresnel.budget;

/**
 * What a tenant's money is spent by.
 *
 * @param limits of the tenant as a whole
 * @param onLow what its getting low does to decisions
 * @param onStoreLoss what they mean while the store that replicas share does not answer
 */
public record BudgetTerms(Budget limits, OnLow onLow, OnStoreLoss onStoreLoss) {
    public static final BudgetTerms NONE = new BudgetTerms(Budget.NONE, OnLow.IGNORE, OnStoreLoss.LOCAL_SHARE);

    public static BudgetTerms of(Budget limits) {
        return new BudgetTerms(limits, OnLow.IGNORE, OnStoreLoss.LOCAL_SHARE);
    }
}
