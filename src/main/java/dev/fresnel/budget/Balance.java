package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One account's spend and reservations, and what was told of its limits. Not thread-safe: its ledger guards it. */
final class Balance {
    private final Account account;
    private LocalDate day;
    private Spent spent = Spent.NOTHING;
    private Usd reserved = Usd.ZERO;
    /** Of requests that began on an earlier day: they count against month and total only. */
    private Usd reservedEarlier = Usd.ZERO;

    private Usd bookedEver = Usd.ZERO;
    private Optional<Leasehold> lease = Optional.empty();
    private final Map<Period, Told> told = new EnumMap<>(Period.class);

    /**
     * @param state the worst one that was told in that window
     * @param refused a request was refused for this limit
     */
    private record Told(String window, BudgetState state, boolean refused) {}

    Balance(Account account, LocalDate day) {
        this.account = account;
        this.day = day;
    }

    LocalDate day() {
        return day;
    }

    Spent spent() {
        return spent;
    }

    Usd reserved() {
        return reserved;
    }

    /** A clock that steps back keeps the later day, so that nothing spent is forgotten. */
    void turnTo(LocalDate today) {
        if (day.isBefore(today)) {
            spent = spent.on(day, today);
            reservedEarlier = Ledger.sum(reservedEarlier, reserved);
            reserved = Usd.ZERO;
            day = today;
        }
    }

    /** Takes over what others know, as of {@code today}; never lowers a count. */
    void learn(Spent known, LocalDate today) {
        if (day.equals(today)) {
            spent = spent.atLeast(known);
        }
    }

    /** The first limit that {@code worstCase} does not fit into, by what this replica knows. */
    Optional<Verdict.Denied> refusal(Budget budget, Usd worstCase) {
        for (Period period : budget.periods()) {
            BudgetStanding standing = standing(budget, period);
            Usd committed = Ledger.sum(standing.spent(), reserved(period));
            if (standing.limit().isLessThan(Ledger.sum(committed, worstCase))) {
                refuse(standing);
                return Optional.of(new Verdict.Denied(standing, worstCase, period.end(day)));
            }
        }
        return Optional.empty();
    }

    private Usd reserved(Period period) {
        return period == Period.DAY ? reserved : allReserved();
    }

    /** A request was refused for that limit. */
    void refuse(BudgetStanding standing) {
        Told before = toldOf(standing.period(), standing);
        told.put(standing.period(), new Told(before.window(), before.state(), true));
    }

    void reserve(Usd amount) {
        reserved = Ledger.sum(reserved, amount);
    }

    /** Of all requests that run, whenever they began. */
    Usd allReserved() {
        return Ledger.sum(reserved, reservedEarlier);
    }

    Optional<Leasehold> lease() {
        return lease;
    }

    Leasehold lease(Budget limits, long now) {
        Leasehold known = lease.orElseGet(() -> new Leasehold(limits, now));
        lease = Optional.of(known);
        return known;
    }

    /** By this process, on any day. */
    Usd bookedEver() {
        return bookedEver;
    }

    void release(LocalDate then, Usd amount) {
        if (then.equals(day)) {
            reserved = reserved.minus(amount);
        } else {
            reservedEarlier = reservedEarlier.minus(amount);
        }
    }

    void book(LocalDate then, Usd cost) {
        spent = spent.plus(cost, then, day);
        bookedEver = bookedEver.plus(cost);
        lease.ifPresent(held -> held.booked(cost));
    }

    BudgetStanding standing(Budget budget, Period period) {
        Usd limit = budget.limit(period).orElseThrow();
        Usd booked = spent.in(period);
        double share = BudgetStanding.share(limit, booked);
        BudgetState state = BudgetState.of(share);
        Told before = told.get(period);
        boolean refused = before != null && before.refused() && before.window().equals(period.window(day));
        if (refused && state == BudgetState.CRITICAL) {
            state = BudgetState.EXHAUSTED;
        }
        return new BudgetStanding(
                account,
                period,
                period.window(day),
                limit,
                booked,
                Ledger.sum(reserved(period), lease.map(Leasehold::elsewhere).orElse(Usd.ZERO)),
                state);
    }

    /** The limits that have got worse than they were ever told to be in this window; told from now on. */
    List<BudgetStanding> untold(Budget budget) {
        List<BudgetStanding> worse = new ArrayList<>();
        for (Period period : budget.periods()) {
            BudgetStanding standing = standing(budget, period);
            Told before = toldOf(period, standing);
            if (!standing.state().equals(before.state())) {
                if (standing.state().isWorseThan(before.state())) {
                    worse.add(standing);
                }
                // A limit that was raised may be told about anew.
                told.put(period, new Told(standing.window(), standing.state(), before.refused()));
            }
        }
        return worse;
    }

    private Told toldOf(Period period, BudgetStanding standing) {
        Told before = told.get(period);
        return before == null || !before.window().equals(standing.window())
                ? new Told(standing.window(), BudgetState.AMPLE, false)
                : before;
    }
}
