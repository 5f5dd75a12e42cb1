package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
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

        assertThat(pacing.pressure(ACME).perDollar() * 0.01)
                .as("quality that one such request has to bring")
                .isLessThan(0.001);
        assertThat(pacing.pressure(new TenantId("other"))).isEqualTo(BudgetPacing.Pressure.NONE);
    }

    @Test
    void makesMoneyDear_whenItWouldRunOutEarly() {
        spend(MORNING, 360, 0.01, 20);

        // Eighteen hours at that pace cost three times what there is.
        assertThat(pacing.pressure(ACME).perDollar() * 0.01)
                .as("quality that one such request has to bring")
                .isGreaterThan(0.5);
    }

    @Test
    void relaxes_whenRequestsHaveBecomeCheap() {
        spend(MORNING, 360, 0.01, 20);
        double pressed = pacing.pressure(ACME).perDollar();

        spend(MORNING.plus(Duration.ofHours(1)), 720, 0.0005, remaining);

        assertThat(pacing.pressure(ACME).perDollar()).isLessThan(pressed / 10);
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
            alone.spent(ACME, usd(0.001), usd(left), now);
            if (i % 16 == 7) {
                pacing.spent(ACME, usd(0.001), usd(left), now);
            }
        }

        assertThat(pacing.pressure(ACME).allowed())
                .isCloseTo(alone.pressure(ACME).allowed(), withinPercentage(5));
    }

    /** Money that is reserved for calls under way comes and goes. */
    @Test
    void takesReservationsForNobodysSpending() {
        BudgetPacing alone = new BudgetPacing();
        double left = 20;
        for (int i = 0; i < 360; i++) {
            left -= 0.01;
            Instant now = MORNING.plusSeconds(10L * i);
            alone.spent(ACME, usd(0.01), usd(left), now);
            pacing.spent(ACME, usd(0.01), usd(left - 0.05 * (i % 4)), now);
        }

        assertThat(pacing.pressure(ACME).allowed())
                .isCloseTo(alone.pressure(ACME).allowed(), withinPercentage(10));
    }

    @Test
    void takesTheFirstBurstForABurst() {
        for (int i = 0; i < 20; i++) {
            pacing.spent(ACME, usd(0.01), usd(10 - 0.01 * i), MORNING.plusMillis(i));
        }

        assertThat(pacing.pressure(ACME).perDollar())
                .as("20 requests in ten minutes are 2,160 until midnight, not two million")
                .isLessThan(300);
    }

    @Test
    void isFinite_whateverTheClockAndTheMoneySay() {
        pacing.spent(ACME, usd(0.01), Usd.ZERO, MORNING);
        pacing.spent(ACME, usd(1e6), usd(1e-9), MORNING.minus(Duration.ofDays(1)));
        pacing.spent(ACME, Usd.ZERO, usd(1e6), Instant.parse("2026-03-01T23:59:59.999Z"));

        assertThat(pacing.pressure(ACME).perDollar()).isFinite().isNotNegative();
    }

    /** One request every ten seconds. */
    private void spend(Instant from, int requests, double cost, double budget) {
        remaining = budget;
        for (int i = 0; i < requests; i++) {
            remaining -= cost;
            pacing.spent(ACME, usd(cost), usd(remaining), from.plusSeconds(10L * i));
        }
    }

    private static Usd usd(double dollars) {
        return Usd.of(BigDecimal.valueOf(dollars));
    }
}
