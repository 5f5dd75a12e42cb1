package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is counted of an upstream, and for how long. */
class UpstreamHealthTest {
    private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);
    private final UpstreamHealth health = new UpstreamHealth(nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void countsByWhatATryCameTo_andForgetsAfterFiveMinutes() {
        health.note(CallOutcome.of(200));
        health.note(CallOutcome.of(404));
        pass(Duration.ofMinutes(4));
        health.note(CallOutcome.of(429));
        health.note(CallOutcome.of(503));

        assertThat(health.counts())
                .containsEntry(CallOutcome.SUCCESS, 1L)
                .containsEntry(CallOutcome.CLIENT_ERROR, 1L)
                .containsEntry(CallOutcome.RATE_LIMITED, 1L)
                .containsEntry(CallOutcome.SERVER_ERROR, 1L)
                .containsEntry(CallOutcome.TIMEOUT, 0L);

        pass(Duration.ofMinutes(2));
        assertThat(health.counts()).containsEntry(CallOutcome.SUCCESS, 0L).containsEntry(CallOutcome.SERVER_ERROR, 1L);

        pass(Duration.ofDays(1));
        assertThat(health.counts().values()).containsOnly(0L);
        health.note(CallOutcome.TIMEOUT);
        assertThat(health.counts()).containsEntry(CallOutcome.TIMEOUT, 1L).containsEntry(CallOutcome.SERVER_ERROR, 0L);
    }

    @Test
    void remembersTheLastFailure_whichNoFaultOfTheClientsIs() {
        health.note(CallOutcome.of(400));
        health.note(CallOutcome.POOL_FULL);
        assertThat(health.sinceFailure()).isEmpty();

        health.note(CallOutcome.UNAVAILABLE);
        pass(Duration.ofHours(3));
        health.note(CallOutcome.SUCCESS);

        assertThat(health.sinceFailure()).contains(Duration.ofHours(3));
    }
}
