package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.upstream.UpstreamHealth.Result;
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
        health.note(Result.of(200));
        health.note(Result.of(404));
        pass(Duration.ofMinutes(4));
        health.note(Result.of(429));
        health.note(Result.of(503));

        assertThat(health.counts())
                .containsEntry(Result.OK, 1L)
                .containsEntry(Result.CLIENT_ERROR, 1L)
                .containsEntry(Result.RATE_LIMITED, 1L)
                .containsEntry(Result.SERVER_ERROR, 1L)
                .containsEntry(Result.TIMEOUT, 0L);

        pass(Duration.ofMinutes(2));
        assertThat(health.counts()).containsEntry(Result.OK, 0L).containsEntry(Result.SERVER_ERROR, 1L);

        pass(Duration.ofDays(1));
        assertThat(health.counts().values()).containsOnly(0L);
        health.note(Result.TIMEOUT);
        assertThat(health.counts()).containsEntry(Result.TIMEOUT, 1L).containsEntry(Result.SERVER_ERROR, 0L);
    }

    @Test
    void remembersTheLastFailure_whichNoFaultOfTheClientsIs() {
        health.note(Result.of(400));
        health.note(Result.BUSY);
        assertThat(health.sinceFailure()).isEmpty();

        health.note(Result.UNREACHABLE);
        pass(Duration.ofHours(3));
        health.note(Result.OK);

        assertThat(health.sinceFailure()).contains(Duration.ofHours(3));
    }
}
