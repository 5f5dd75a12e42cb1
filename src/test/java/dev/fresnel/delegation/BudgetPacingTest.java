package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Budget;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Period;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BudgetPacingTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final Instant MORNING = Instant.parse("2026-03-01T06:00:00Z");

    private final BudgetPacing pacing = new BudgetPacing();
    private double remaining;

    @Test
    void costsNothing_whileTheDayIsPaidFor() {
        // 0.01 every ten seconds until midnight is 64.80.
        spend(MORNING, 360, 0.01, 70);

        assertThat(pacing.pressure(Account.of(ACME)).perDollar() * 0.01)
                .as("quality that one such request has to bring")
                .isLessThan(0.001);
        assertThat(pacing.pressure(Account.of(new TenantId("other")))).isEqualTo(BudgetPacing.Pressure.NONE);
    }

    @Test
    void makesMoneyDear_whenItWouldRunOutEarly() {
        spend(MORNING, 360, 0.01, 20);

        // Eighteen hours at that pace cost three times what there is.
        assertThat(pacing.pressure(Account.of(ACME)).perDollar() * 0.01)
                .as("quality that one such request has to bring")
                .isGreaterThan(0.5);
    }

    @Test
    void relaxes_whenRequestsHaveBecomeCheap() {
        spend(MORNING, 360, 0.01, 20);
        double pressed = pacing.pressure(Account.of(ACME)).perDollar();

        spend(MORNING.plus(Duration.ofHours(1)), 720, 0.0005, remaining);

        assertThat(pacing.pressure(Account.of(ACME)).perDollar()).isLessThan(pressed / 10);
    }

    /** Whoever does one request in sixteen asks the same of a dollar as one who does them all. */
    @ParameterizedTest
    @ValueSource(strings = {"2026-03-01T06:00:00Z", "2026-03-01T23:30:00Z"})
    void countsWhatOtherReplicasSpend(Instant from) {
        BudgetPacing alone = new BudgetPacing();
        Instant midnight = Instant.parse("2026-03-02T00:00:00Z");
        double left = 20;
        for (int i = 0; i < 16 * 360; i++) {
            Instant now = from.plusMillis(625L * i);
            boolean isNewDay = from.plusMillis(625L * (i - 1)).isBefore(midnight) && !now.isBefore(midnight);
            left = (isNewDay ? 20 : left) - 0.001;
            spent(alone, usd(0.001), usd(left), now);
            if (i % 16 == 7) {
                spent(pacing, usd(0.001), usd(left), now);
            }
        }

        assertThat(pacing.pressure(Account.of(ACME)).allowed())
                .isCloseTo(alone.pressure(Account.of(ACME)).allowed(), withinPercentage(5));
    }

    /** Money that is reserved for calls under way comes and goes. */
    @Test
    void takesReservationsForNobodysSpending() {
        BudgetPacing alone = new BudgetPacing();
        double left = 20;
        for (int i = 0; i < 360; i++) {
            left -= 0.01;
            Instant now = MORNING.plusSeconds(10L * i);
            spent(alone, usd(0.01), usd(left), now);
            spent(pacing, usd(0.01), usd(left - 0.05 * (i % 4)), now);
        }

        assertThat(pacing.pressure(Account.of(ACME)).allowed())
                .isCloseTo(alone.pressure(Account.of(ACME)).allowed(), withinPercentage(10));
    }

    @Test
    void takesTheFirstBurstForABurst() {
        for (int i = 0; i < 20; i++) {
            spent(pacing, usd(0.01), usd(10 - 0.01 * i), MORNING.plusMillis(i));
        }

        assertThat(pacing.pressure(Account.of(ACME)).perDollar())
                .as("20 requests in ten minutes are 2,160 until midnight, not two million")
                .isLessThan(300);
    }

    @Test
    void isFinite_whateverTheClockAndTheMoneySay() {
        spent(pacing, usd(0.01), Usd.ZERO, MORNING);
        spent(pacing, usd(1e6), usd(1e-9), MORNING.minus(Duration.ofDays(1)));
        spent(pacing, Usd.ZERO, usd(1e6), Instant.parse("2026-03-01T23:59:59.999Z"));

        assertThat(pacing.pressure(Account.of(ACME)).perDollar()).isFinite().isNotNegative();
    }

    @Test
    void followsTheTightestOfDayAndMonth() {
        BudgetPacing day = new BudgetPacing();
        Instant midnight = Instant.parse("2026-03-02T00:00:00Z");
        Instant monthsEnd = Instant.parse("2026-04-01T00:00:00Z");
        for (int i = 0; i < 360; i++) {
            Instant now = MORNING.plusSeconds(10L * i);
            BudgetPacing.Left ample = new BudgetPacing.Left(usd(1000 - 0.01 * i), midnight);
            day.spent(Account.of(ACME), usd(0.01), List.of(ample), now);
            // 0.01 every ten seconds is 2,678 a month.
            pacing.spent(
                    Account.of(ACME),
                    usd(0.01),
                    List.of(ample, new BudgetPacing.Left(usd(500 - 0.01 * i), monthsEnd)),
                    now);
        }

        assertThat(day.pressure(Account.of(ACME)).perDollar() * 0.01).isLessThan(0.001);
        assertThat(pacing.pressure(Account.of(ACME)).perDollar() * 0.01).isGreaterThan(0.5);
        assertThat(pacing.pressure(Payer.of(ACME, Budget.NONE).by("ci", Budget.NONE)))
                .as("whoever presses hardest counts")
                .isEqualTo(pacing.pressure(Account.of(ACME)));
    }

    private static void spent(BudgetPacing pacing, Usd cost, Usd left, Instant now) {
        Instant midnight =
                Period.DAY.end(LocalDate.ofInstant(now, ZoneOffset.UTC)).orElseThrow();
        pacing.spent(Account.of(ACME), cost, List.of(new BudgetPacing.Left(left, midnight)), now);
    }

    /** One request every ten seconds. */
    private void spend(Instant from, int requests, double cost, double budget) {
        remaining = budget;
        for (int i = 0; i < requests; i++) {
            remaining -= cost;
            spent(pacing, usd(cost), usd(remaining), from.plusSeconds(10L * i));
        }
    }

    private static Usd usd(double dollars) {
        return Usd.of(BigDecimal.valueOf(dollars));
    }
}
