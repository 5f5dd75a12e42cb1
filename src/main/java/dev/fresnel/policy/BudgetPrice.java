package dev.fresnel.policy;

/**
 * What a dollar costs in quality while a budget is short: the dual variable of "spend {@code B} dollars per request on average", moved
 * after every request by how far spending is from it,
 *
 * <pre>
 *   ema    &lt;- ema + 0.05 (cost - ema)
 *   lambda &lt;- clip(lambda + 0.05 (ema / B - 1), 0, 5)
 * </pre>
 *
 * <p>{@code lambda} is the price of one {@code B}, so it means the same for calls of a cent and of a dollar; {@link Stakes} wants it per
 * dollar. A price steers, it does not bound: it overspends while it learns, and a hard limit is the ledger's task. Reference: Agrawal,
 * Devanur, "Linear contextual bandits with knapsacks", NIPS 2016 (arXiv:1507.06738). Departure: the step is fixed, so that the price
 * follows a day's changes for ever.
 *
 * @param lambda quality per {@code B} dollars, 0.0 to 5.0
 * @param spending smoothed US dollars per request; 0 before the first
 */
public record BudgetPrice(double lambda, double spending) {
    /** Money is no object, so far. */
    public static final BudgetPrice FREE = new BudgetPrice(0, 0);

    private static final double STEP = 0.05;
    private static final double HIGHEST = 5;

    public BudgetPrice {
        if (!(lambda >= 0 && lambda <= HIGHEST) || !(spending >= 0 && spending < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "a budget price is 0 to 5 and its spending not negative: " + lambda + ", " + spending);
        }
    }

    /**
     * The price after a request.
     *
     * @param cost US dollars it cost; ignored when negative or not a number
     * @param budget {@code B}: US dollars a request may cost on average, above 0; without it the price stays
     */
    public BudgetPrice after(double cost, double budget) {
        if (!(cost >= 0 && cost < Double.POSITIVE_INFINITY) || !(budget > 0)) {
            return this;
        }
        double smoothed = spending + STEP * (cost - spending);
        return new BudgetPrice(Math.clamp(lambda + STEP * (smoothed / budget - 1), 0, HIGHEST), smoothed);
    }

    /** {@code lambda} per dollar, as {@link Stakes#budgetPrice} wants it; 0 without a budget. */
    public double perDollar(double budget) {
        return budget > 0 ? lambda / budget : 0;
    }
}
