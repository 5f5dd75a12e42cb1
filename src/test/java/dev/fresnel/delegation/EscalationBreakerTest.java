package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.policy.Arm;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EscalationBreakerTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final Arm WORKER = new Arm("worker");

    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final EscalationBreaker breaker = new EscalationBreaker(() -> now);

    @Test
    void staysClosed_atTheShareThatIsAllowed() {
        assertThat(answers(20, 30)).isFalse();
        assertThat(breaker.isPaused(ACME, WORKER)).isFalse();
    }

    @Test
    void pausesAboveIt_forTenMinutes_andStartsWithACleanRecord() {
        assertThat(answers(21, 29)).isTrue();
        assertThat(breaker.isPaused(ACME, WORKER)).isTrue();

        now = now.plus(Duration.ofMinutes(10)).minusNanos(1);
        assertThat(breaker.isPaused(ACME, WORKER)).isTrue();
        now = now.plusNanos(1);
        assertThat(breaker.isPaused(ACME, WORKER)).isFalse();
        assertThat(answers(49, 0)).as("49 are too few to tell").isFalse();
        assertThat(answers(1, 0)).isTrue();
    }

    @Test
    void forgetsWhatIsLongerAgoThanFiftyAnswers() {
        assertThat(answers(20, 0)).isFalse();
        assertThat(answers(0, 50)).isFalse();
        assertThat(answers(20, 0)).isFalse();
        assertThat(answers(1, 0)).isTrue();
    }

    @Test
    void pausesThatArmOfThatTenantOnly() {
        assertThat(answers(50, 0)).isTrue();

        assertThat(breaker.isPaused(new TenantId("other"), WORKER)).isFalse();
        assertThat(breaker.isPaused(ACME, new Arm("other"))).isFalse();
    }

    /** @return whether one of them paused the arm */
    private boolean answers(int escalated, int good) {
        boolean paused = false;
        for (int i = 0; i < escalated + good; i++) {
            paused |= breaker.answered(ACME, WORKER, i < escalated);
        }
        return paused;
    }
}
