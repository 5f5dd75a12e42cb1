package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How much may be spent: each limit holds by itself, an empty one not at all. */
public record Budget(Optional<Usd> daily, Optional<Usd> monthly, Optional<Usd> total) {
    public static final Budget NONE = new Budget(Optional.empty(), Optional.empty(), Optional.empty());

    public static Budget daily(Usd limit) {
        return new Budget(Optional.of(limit), Optional.empty(), Optional.empty());
    }

    public boolean isLimited() {
        return !equals(NONE);
    }

    public Optional<Usd> limit(Period period) {
        return switch (period) {
            case DAY -> daily;
            case MONTH -> monthly;
            case TOTAL -> total;
        };
    }

    /** Those that have a limit, the shortest first. */
    public List<Period> periods() {
        return Arrays.stream(Period.values())
                .filter(period -> limit(period).isPresent())
                .toList();
    }
}
