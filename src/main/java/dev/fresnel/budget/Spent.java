package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.time.LocalDate;
import java.time.YearMonth;

/** Spend of one account in the day, the month and altogether, as of some day. */
public record Spent(Usd day, Usd month, Usd total) {
    public static final Spent NOTHING = new Spent(Usd.ZERO, Usd.ZERO, Usd.ZERO);

    public Usd in(Period period) {
        return switch (period) {
            case DAY -> day;
            case MONTH -> month;
            case TOTAL -> total;
        };
    }

    /** With {@code cost} that belongs to {@code then}, seen as of {@code today}. */
    public Spent plus(Usd cost, LocalDate then, LocalDate today) {
        return new Spent(
                then.equals(today) ? day.plus(cost) : day,
                isSameMonth(then, today) ? month.plus(cost) : month,
                total.plus(cost));
    }

    /** The same spend as seen on a later day. */
    Spent on(LocalDate later, LocalDate today) {
        return later.equals(today) ? this : new Spent(Usd.ZERO, isSameMonth(later, today) ? month : Usd.ZERO, total);
    }

    /** Never less than either: for two views of which each may have missed something. */
    Spent atLeast(Spent other) {
        return new Spent(max(day, other.day), max(month, other.month), max(total, other.total));
    }

    private static Usd max(Usd one, Usd other) {
        return one.isLessThan(other) ? other : one;
    }

    private static boolean isSameMonth(LocalDate one, LocalDate other) {
        return YearMonth.from(one).equals(YearMonth.from(other));
    }
}
