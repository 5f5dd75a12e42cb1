package dev.fresnel.delegation;

import dev.fresnel.policy.BudgetPrice;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a dollar costs in quality for each tenant whose daily budget would run out before the day does. Without it the day's first
 * requests get the dear model and the last ones are refused.
 *
 * <p>After every request the {@link BudgetPrice} moves by how far spending is from what one request may cost,
 *
 * <pre>
 *   B = remaining / (rate * seconds until midnight UTC)
 *   rate = n / (tau (1 - exp(-age / tau))),   n &lt;- n exp(-dt / tau) + 1,   tau = one hour
 * </pre>
 *
 * with {@code age}, the time since the first request, taken for ten minutes at least: the first burst is not the day's pace. A replica counts
 * its own requests, but the remaining budget is everybody's: what it falls by beyond our own cost the other replicas have spent, on requests
 * that cost what ours do. So {@code rate} is taken {@code all / own} times, both sums decayed like {@code n}. It steers the learned policy
 * only; the limit itself is the ledger's.
 *
 * <p>Holds one entry per tenant of the config that has a budget. Thread-safe.
 */
public final class BudgetPacing {
    private static final double TAU = 3600;
    private static final double YOUNGEST = 600;

    private final Map<TenantId, Pace> paces = new ConcurrentHashMap<>();

    /**
     * @param arrivals decayed count
     * @param own US dollars that our requests cost, decayed
     * @param all US dollars by which the remaining budget fell, decayed
     * @param remaining of the day's budget, the last time
     * @param allowed US dollars that a request may cost, the last time it was computed; 0 before the first
     */
    private record Pace(
            Instant began,
            Instant last,
            double arrivals,
            double own,
            double all,
            Usd remaining,
            BudgetPrice price,
            double allowed) {
        /** How many requests there are for one of ours. */
        double replicas() {
            return own > 0 ? Math.max(1, all / own) : 1;
        }
    }

    /**
     * A request of a tenant with a daily budget is over.
     *
     * @param cost of the request, everything it caused included
     * @param remaining of the day's budget after it
     */
    public void spent(TenantId tenant, Usd cost, Usd remaining, Instant now) {
        paces.compute(tenant, (_, known) -> after(known, cost, remaining, now));
    }

    private static Pace after(@Nullable Pace known, Usd cost, Usd remaining, Instant now) {
        Pace pace = known == null ? new Pace(now, now, 0, 0, 0, remaining.plus(cost), BudgetPrice.FREE, 0) : known;
        double passed = Math.max(0, seconds(pace.last, now));
        double kept = Math.exp(-passed / TAU);
        // Rises count as well: what was reserved for a call that came cheaper is given back. At midnight there is a new
        // budget.
        double fallen =
                isSameDay(pace.last, now) ? pace.remaining.minus(remaining).dollars() : cost.dollars();
        Pace seen = new Pace(
                pace.began,
                now,
                pace.arrivals * kept + 1,
                pace.own * kept + cost.dollars(),
                pace.all * kept + fallen,
                remaining,
                pace.price,
                pace.allowed);
        double age = Math.max(YOUNGEST, seconds(seen.began, now));
        double rate = seen.replicas() * seen.arrivals / (TAU * -Math.expm1(-age / TAU));
        double left = Math.max(1, rate * seconds(now, midnightAfter(now)));
        double allowed = remaining.dollars() / left;
        return new Pace(
                seen.began,
                now,
                seen.arrivals,
                seen.own,
                seen.all,
                remaining,
                pace.price.after(cost.dollars(), allowed),
                allowed);
    }

    /** What the day's budget asks of the tenant's next decision. */
    public Pressure pressure(TenantId tenant) {
        return Optional.ofNullable(paces.get(tenant))
                .map(pace -> new Pressure(pace.price.perDollar(pace.allowed), pace.allowed))
                .orElse(Pressure.NONE);
    }

    /**
     * How a budget presses.
     *
     * @param perDollar quality that a dollar costs beside its own worth, as {@link dev.fresnel.policy.Stakes} takes it; next to 0 while
     *     there is enough
     * @param allowed US dollars that a request may cost on average; 0 without a budget
     */
    public record Pressure(double perDollar, double allowed) {
        public static final Pressure NONE = new Pressure(0, 0);

        /** Whether an arm of that cost may be drawn with the floor's probability only to learn about it. */
        boolean affordsExploring(double cost, double floor) {
            return BudgetPrice.affordsExploring(cost, allowed, floor);
        }
    }

    private static boolean isSameDay(Instant one, Instant other) {
        return midnightAfter(one).equals(midnightAfter(other));
    }

    private static Instant midnightAfter(Instant now) {
        return LocalDate.ofInstant(now, ZoneOffset.UTC)
                .plusDays(1)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1e3;
    }
}
