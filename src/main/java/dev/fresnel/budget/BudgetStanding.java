package dev.fresnel.budget;

import dev.fresnel.value.Usd;

/**
 * How one limit of one account stands.
 *
 * @param window which day or month, as {@link Period#window} names it
 * @param spent settled
 * @param reserved for requests still running, and by other replicas
 */
public record BudgetStanding(
        Account account, Period period, String window, Usd limit, Usd spent, Usd reserved, BudgetState state) {
    /** What is neither spent nor reserved; never negative. */
    public Usd left() {
        Usd committed = Ledger.sum(spent, reserved);
        return limit.isLessThan(committed) ? Usd.ZERO : limit.minus(committed);
    }

    /** The share that is not spent, 0.0 to 1.0. */
    public double share() {
        return share(limit, spent);
    }

    static double share(Usd limit, Usd spent) {
        return limit.nanos() <= 0 ? 0 : Math.max(0, (limit.nanos() - spent.nanos()) / (double) limit.nanos());
    }
}
