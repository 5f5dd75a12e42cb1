package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeCollector;
import dev.fresnel.upstream.CallPurpose;
import dev.fresnel.upstream.CallTrace;
import dev.fresnel.upstream.Credential;
import dev.fresnel.upstream.PoolLimits;
import dev.fresnel.upstream.Timeouts;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.RequestId;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a collector that is slow, or refuses, costs: spans, and nobody's time. */
class SpanQueueTest {
    private final FakeCollector collector = FakeCollector.start();
    private final List<String> warnings = new ArrayList<>();
    private final Logger logger = Logger.getLogger("fresnel");
    private final Handler listener = new Handler() {
        @Override
        public synchronized void publish(LogRecord record) {
            warnings.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(listener);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(listener);
        collector.close();
    }

    private Traces traces(Duration timeout) {
        return new Traces(
                new Traces.Settings(URI.create(collector.endpoint()), Map.of("x-key", "canary-1"), 1, timeout),
                "test",
                InstantSource.system(),
                System::nanoTime);
    }

    private static void spans(Traces traces, int from, int to) {
        for (int i = from; i < to; i++) {
            traces.tracing().arrived(new RequestId("fr-" + i), "POST", "/v1/*", MultiMap.caseInsensitiveMultiMap(), 0);
            traces.tracing()
                    .call(new RequestId("fr-" + i), CallPurpose.LENS, upstream(), "model")
                    .ended();
        }
    }

    private static Upstream upstream() {
        return new Upstream(
                "acme",
                URI.create("https://eu.api.mistral.ai/v1"),
                new Credential.Client(),
                Timeouts.DEFAULT,
                PoolLimits.DEFAULT);
    }

    @Test
    void dropsAndCounts_whenTheCollectorIsSlow() {
        collector.fallSilent();
        try (Traces traces = traces(Duration.ofMillis(700))) {
            int more = SpanQueue.CAPACITY + 2 * 512 + 1000;
            long began = System.nanoTime();
            spans(traces, 0, more);
            Duration took = Duration.ofNanos(System.nanoTime() - began);

            // Whoever ends a span is not held up: a stuck export alone takes longer than any of them.
            assertThat(took.dividedBy(more)).isLessThan(Duration.ofMillis(5));
            Await.until("some are dropped or failed", () -> traces.dropped() > 0 && traces.failed() > 0);
        }
        synchronized (listener) {
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .contains("do not reach the collector at 127.0.0.1", "telemetry.otlp")
                    .doesNotContain("canary-1");
        }
    }

    @Test
    void countsEverySpanOnce_howeverItEnded() {
        Traces traces = traces(Duration.ofSeconds(5));
        spans(traces, 0, 10);
        Await.until("the first are there", () -> traces.exported() == 10);
        collector.refuseWith(401);
        spans(traces, 10, 30);
        Await.until("the others are lost", () -> traces.failed() == 20);
        collector.refuseWith(200);
        spans(traces, 30, 35);
        traces.close();

        assertThat(traces.exported()).isEqualTo(15);
        assertThat(collector.spans()).hasSize(15);
        assertThat(traces.failed()).isEqualTo(20);
        assertThat(traces.dropped()).isZero();
        assertThat(FakeCollector.attributes(collector.spans().getFirst()))
                .containsEntry("gen_ai.provider.name", "mistral_ai")
                .containsEntry("server.port", "443");
    }

    @Test
    void followsNothing_thatItHasNotSeenArrive() {
        try (Traces traces = traces(Duration.ofSeconds(1))) {
            assertThat(traces.tracing().call(new RequestId("fr-x"), CallPurpose.JUDGE, upstream(), "m"))
                    .isSameAs(CallTrace.NONE);
        }
    }
}
