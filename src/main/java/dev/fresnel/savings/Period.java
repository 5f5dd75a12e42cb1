package dev.fresnel.savings;

import java.time.LocalDate;

/**
 * UTC days, both included.
 *
 * @param to not before {@code from}, nor more than {@link StatementStore#KEPT_DAYS} days after it
 */
public record Period(LocalDate from, LocalDate to) {
    public Period {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException("the period ends on " + to + ", before it begins on " + from);
        }
        if (from.plusDays(StatementStore.KEPT_DAYS).isBefore(to)) {
            throw new IllegalArgumentException("the period is longer than " + StatementStore.KEPT_DAYS + " days");
        }
    }
}
