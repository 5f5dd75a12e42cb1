package dev.fresnel.judge;

import dev.fresnel.value.Usd;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** What may be spent on one UTC day; in memory, so a restart starts anew. What is under way counts with its worst case. Thread-safe. */
final class DailyLimit {
    private final Usd daily;
    private final InstantSource clock;
    private LocalDate day = LocalDate.MIN;
    private Usd taken = Usd.ZERO;

    DailyLimit(Usd daily, InstantSource clock) {
        this.daily = daily;
        this.clock = clock;
    }

    /** Whether {@code worst} may be spent; then it counts until {@link #give}. */
    synchronized boolean take(Usd worst) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        if (!today.equals(day)) {
            day = today;
            taken = Usd.ZERO;
        }
        if (daily.isLessThan(taken.plus(worst))) {
            return false;
        }
        taken = taken.plus(worst);
        return true;
    }

    /** {@code worst} came to {@code cost}. What began the day before may leave the new day some cents more. */
    synchronized void give(Usd worst, Usd cost) {
        Usd left = taken.minus(worst).plus(cost);
        taken = left.isLessThan(Usd.ZERO) ? Usd.ZERO : left;
    }
}
