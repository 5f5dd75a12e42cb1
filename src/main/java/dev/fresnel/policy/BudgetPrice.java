package dev.fresnel.policy;

/**
 * What a dollar costs in quality while a budget is short: the dual variable of "spend {@code B} dollars per request on average", moved
 * after every request by how far its cost was from what it should have been,
 *
 * <pre>
 *   excess &lt;- excess + cost / B - 1
 *   aim     = B clip(1 - excess / 1000, 0.5, 1.5)
 *   lambda &lt;- clip(lambda exp(0.02 (min(cost / aim, 20) - 1)), 0.0001, 5)
 * </pre>
 *
 * <ul>
 *   <li>{@code lambda} price of one {@code B}, so it means the same for calls of a cent and of a dollar; {@link Stakes} wants it per dollar.
 *       Steps are relative: the right price may be a hundredth or one, depending on how tight the budget is and how much the dear arm
 *       gains, and it is found from either side within some hundred requests;
 *   <li>{@code excess} what was spent beyond {@code B} so far, in requests' worth: it is made up for over the next thousand.
 * </ul>
 *
 * <p>A price steers, it does not bound: a hard limit is the ledger's task. Reference: Balseiro, Lu, Mirrokni, "The best of many worlds:
 * dual mirror descent for online allocation problems", Operations Research 71 (2023; arXiv:2011.10124), with the entropy as reference
 * function. Departures: the step is fixed, so that the price follows a day's changes for ever; the excess is paid back.
 *
 * @param lambda quality per {@code B} dollars, 0.0001 to 5.0; at the lower end money is no object
 * @param excess requests' worth of budget, -1000 to 1000
 */
public record BudgetPrice(double lambda, double excess) {
    private static final double LOWEST = 1e-4;
    private static final double HIGHEST = 5;
    private static final double STEP = 0.02;
    private static final double DEAREST = 20;
    private static final double HORIZON = 1000;

    /** Share of the budget that arms played only to learn about them may cost. */
    private static final double FOR_EXPLORING = 0.1;

    /** Money is no object, so far. */
    public static final BudgetPrice FREE = new BudgetPrice(LOWEST, 0);

    public BudgetPrice {
        if (!(lambda >= LOWEST && lambda <= HIGHEST) || !(Math.abs(excess) <= HORIZON)) {
            throw new IllegalArgumentException(
                    "a budget price is 0.0001 to 5 and its excess -1000 to 1000: " + lambda + ", " + excess);
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
        double aim = Math.clamp(1 - excess / HORIZON, 0.5, 1.5);
        double step = STEP * (Math.min(cost / budget / aim, DEAREST) - 1);
        return new BudgetPrice(
                Math.clamp(lambda * Math.exp(step), LOWEST, HIGHEST),
                Math.clamp(excess + cost / budget - 1, -HORIZON, HORIZON));
    }

    /** {@code lambda} per dollar, as {@link Stakes#budgetPrice} wants it; 0 without a budget. */
    public double perDollar(double budget) {
        return budget > 0 ? lambda / budget : 0;
    }

    /**
     * Whether an arm of that cost may be played with the floor's probability only to learn about it.
     *
     * @param floor probability of such a play, 0.0 to 1.0
     */
    public static boolean affordsExploring(double cost, double budget, double floor) {
        return !(budget > 0) || floor * cost <= FOR_EXPLORING * budget;
    }
}
