package dev.fresnel.budget;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How long a budget lasts. Days and months are those of UTC. */
public enum Period {
    DAY("daily"),
    MONTH("monthly"),
    /** As long as the store remembers. */
    TOTAL("total");

    private final String adjective;

    Period(String adjective) {
        this.adjective = adjective;
    }

    /** The name in metrics, events and the status: {@code day}, {@code month}, {@code total}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As in the key of the config: {@code daily}. */
    public String adjective() {
        return adjective;
    }

    /** The one that {@link #adjective} names; empty: none does. */
    public static Optional<Period> ofAdjective(String adjective) {
        return Arrays.stream(values())
                .filter(period -> period.adjective.equals(adjective))
                .findFirst();
    }

    /** The stretch of time that {@code day} belongs to, as text that no other one has: {@code 2026-11-27}, {@code 2026-11}, {@code total}. */
    public String window(LocalDate day) {
        return switch (this) {
            case DAY -> day.toString();
            case MONTH -> YearMonth.from(day).toString();
            case TOTAL -> "total";
        };
    }

    /** When that stretch is over, and the count begins anew; empty: never. */
    public Optional<Instant> end(LocalDate day) {
        return switch (this) {
            case DAY -> Optional.of(midnight(day.plusDays(1)));
            case MONTH -> Optional.of(midnight(YearMonth.from(day).plusMonths(1).atDay(1)));
            case TOTAL -> Optional.empty();
        };
    }

    private static Instant midnight(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
