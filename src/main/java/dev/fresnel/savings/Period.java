package dev.fresnel.savings;

import java.time.LocalDate;
import java.util.Optional;

/**
 * UTC days, both included.
 *
 * @param to not before {@code from}, nor more than {@link StatementStore#KEPT_DAYS} days after it
 */
public record Period(LocalDate from, LocalDate to) {
    public Period {
        problem(from, to).ifPresent(why -> {
            throw new IllegalArgumentException(why);
        });
    }

    /** Why these days make no period. */
    public static Optional<String> problem(LocalDate from, LocalDate to) {
        if (to.isBefore(from)) {
            return Optional.of("the period ends on " + to + ", before it begins on " + from);
        }
        return from.plusDays(StatementStore.KEPT_DAYS).isBefore(to)
                ? Optional.of("the period is longer than " + StatementStore.KEPT_DAYS + " days")
                : Optional.empty();
    }
}
