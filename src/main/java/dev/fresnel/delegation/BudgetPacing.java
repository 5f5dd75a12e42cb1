package dev.fresnel.delegation;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Payer;
import dev.fresnel.policy.BudgetPrice;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a dollar costs in quality for each account whose budget would run out before its day or month does. Without it the first
 * requests get the dear model and the last ones are refused.
 *
 * <p>After every request the {@link BudgetPrice} moves by how far spending is from what one request may cost,
 *
 * <pre>
 *   B = min over day and month of remaining / (rate * seconds until its end)
 *   rate = n / (tau (1 - exp(-age / tau))),   n &lt;- n exp(-dt / tau) + 1,   tau = one hour
 * </pre>
 *
 * with {@code age}, the time since the first request, taken for ten minutes at least: the first burst is not the day's pace. A replica counts
 * its own requests, but the remaining budget is everybody's: what it falls by beyond our own cost the other replicas have spent, on requests
 * that cost what ours do. So {@code rate} is taken {@code all / own} times, both sums decayed like {@code n}. It steers the learned policy
 * only; the limit itself is the ledger's.
 *
 * <p>A budget for ever has no end to last until, and has no price. Holds one entry per account of the config that has another. Thread-safe.
 */
public final class BudgetPacing {
    private static final double TAU = 3600;
    private static final double YOUNGEST = 600;

    private final Map<Account, Pace> paces = new ConcurrentHashMap<>();

    /**
     * What is left of a limit, and until when it must last.
     *
     * @param end of the day or the month
     */
    public record Left(Usd remaining, Instant end) {}

    /**
     * @param arrivals decayed count
     * @param own US dollars that our requests cost, decayed
     * @param all US dollars by which the remaining budget fell, decayed
     * @param left of the shortest budget, the last time
     * @param allowed US dollars that a request may cost, the last time it was computed; 0 before the first
     */
    private record Pace(
            Instant began,
            Instant last,
            double arrivals,
            double own,
            double all,
            Left left,
            BudgetPrice price,
            double allowed) {
        /** How many requests there are for one of ours. */
        double replicas() {
            return own > 0 ? Math.max(1, all / own) : 1;
        }
    }

    /**
     * A request of an account with a budget is over.
     *
     * @param cost of the request, everything it caused included
     * @param budgets what is left of each after it, the shortest first; without any nothing happens
     */
    public void spent(Account account, Usd cost, List<Left> budgets, Instant now) {
        if (!budgets.isEmpty()) {
            paces.compute(account, (_, known) -> after(known, cost, budgets, now));
        }
    }

    private static Pace after(@Nullable Pace known, Usd cost, List<Left> budgets, Instant now) {
        Left shortest = budgets.getFirst();
        Pace pace = known == null
                ? new Pace(
                        now,
                        now,
                        0,
                        0,
                        0,
                        new Left(shortest.remaining().plus(cost), shortest.end()),
                        BudgetPrice.FREE,
                        0)
                : known;
        double passed = Math.max(0, seconds(pace.last, now));
        double kept = Math.exp(-passed / TAU);
        // Rises count as well: what was reserved for a call that came cheaper is given back. At the end there is a new
        // budget.
        double fallen = pace.left.end().equals(shortest.end())
                ? pace.left.remaining().minus(shortest.remaining()).dollars()
                : cost.dollars();
        Pace seen = new Pace(
                pace.began,
                now,
                pace.arrivals * kept + 1,
                pace.own * kept + cost.dollars(),
                pace.all * kept + fallen,
                shortest,
                pace.price,
                pace.allowed);
        double age = Math.max(YOUNGEST, seconds(seen.began, now));
        double rate = seen.replicas() * seen.arrivals / (TAU * -Math.expm1(-age / TAU));
        double allowed = budgets.stream()
                .mapToDouble(left -> left.remaining().dollars() / Math.max(1, rate * seconds(now, left.end())))
                .min()
                .orElseThrow();
        return new Pace(
                seen.began,
                now,
                seen.arrivals,
                seen.own,
                seen.all,
                shortest,
                pace.price.after(cost.dollars(), allowed),
                allowed);
    }

    /** What an account's budgets ask of its next decision. */
    public Pressure pressure(Account account) {
        return Optional.ofNullable(paces.get(account))
                .map(pace -> new Pressure(pace.price.perDollar(pace.allowed), pace.allowed, Downgrade.NONE))
                .orElse(Pressure.NONE);
    }

    /** What the budgets of everybody who pays ask of the next decision: those that press hardest. */
    public Pressure pressure(Payer payer) {
        return payer.lines().stream()
                .map(line -> pressure(line.account()))
                .max(Comparator.comparingDouble(Pressure::perDollar))
                .orElse(Pressure.NONE);
    }

    /**
     * How a budget presses.
     *
     * @param perDollar quality that a dollar costs beside its own worth, as {@link dev.fresnel.policy.Stakes} takes it; next to 0 while
     *     there is enough
     * @param allowed US dollars that a request may cost on average; 0 without a budget
     * @param downgrade what a budget that is low asks for, whatever the pace
     */
    public record Pressure(double perDollar, double allowed, Downgrade downgrade) {
        public static final Pressure NONE = new Pressure(0, 0, Downgrade.NONE);

        public Pressure(double perDollar, double allowed) {
            this(perDollar, allowed, Downgrade.NONE);
        }

        public Pressure with(Downgrade other) {
            return new Pressure(perDollar, allowed, other);
        }

        /** Whether an arm of that cost may be drawn with the floor's probability only to learn about it. */
        boolean affordsExploring(double cost, double floor) {
            return BudgetPrice.affordsExploring(cost, allowed, floor);
        }
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }
}
