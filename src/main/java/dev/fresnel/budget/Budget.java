package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How much may be spent: each limit holds by itself, an empty one not at all. */
public record Budget(Optional<Usd> daily, Optional<Usd> monthly, Optional<Usd> total) {
    public static final Budget NONE = new Budget(Optional.empty(), Optional.empty(), Optional.empty());

    public static Budget daily(Usd limit) {
        return new Budget(Optional.of(limit), Optional.empty(), Optional.empty());
    }

    /** @param limits what is not in it is not limited */
    public static Budget of(Map<Period, Usd> limits) {
        return new Budget(
                Optional.ofNullable(limits.get(Period.DAY)),
                Optional.ofNullable(limits.get(Period.MONTH)),
                Optional.ofNullable(limits.get(Period.TOTAL)));
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

    /** The shortest limit that is lower than {@code amount} and lasts at least as long as {@code period}: so much is never spent in it. */
    public Optional<Period> before(Period period, Usd amount) {
        return periods().stream()
                .filter(other -> other.compareTo(period) >= 0)
                .filter(other -> limit(other).orElseThrow().isLessThan(amount))
                .findFirst();
    }
}
