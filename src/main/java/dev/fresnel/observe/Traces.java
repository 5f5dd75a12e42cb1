package dev.fresnel.observe;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Traces on their way to a collector, by OTLP over HTTP. Owns a thread and the exporter's connections; {@link #close} flushes and ends them. */
public final class Traces implements AutoCloseable {
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    /** The exporter would log each failure in its own way; {@link SpanQueue} tells it. Held, since loggers are collected. */
    private final Logger exporterLog = Logger.getLogger("io.opentelemetry.exporter");

    private final SpanQueue queue;
    private final SdkTracerProvider provider;
    private final SpanTracing tracing;

    /**
     * Where and how traces are exported.
     *
     * @param endpoint {@code /v1/traces} is added to it
     * @param headers sent with each export, secrets among them
     * @param sample share of the requests without a {@code traceparent} that are traced, 0 to 1
     * @param timeout of one export, tries included
     */
    public record Settings(URI endpoint, Map<String, String> headers, double sample, Duration timeout) {
        public Settings {
            headers = Map.copyOf(headers);
        }

        @Override
        public String toString() {
            return "traces to " + endpoint;
        }
    }

    /** @param nanos a monotonic clock */
    public Traces(Settings settings, String version, InstantSource clock, LongSupplier nanos) {
        exporterLog.setLevel(Level.OFF);
        String base = settings.endpoint().toString();
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint((base.endsWith("/") ? base : base + "/") + "v1/traces")
                .setCompression("gzip")
                .setConnectTimeout(settings.timeout())
                .setTimeout(settings.timeout())
                .setRetryPolicy(RetryPolicy.builder()
                        .setMaxAttempts(3)
                        .setInitialBackoff(Duration.ofMillis(500))
                        .setMaxBackoff(Duration.ofSeconds(2))
                        .build());
        settings.headers().forEach(exporter::addHeader);
        queue = new SpanQueue(
                exporter.build(),
                settings.endpoint().getHost(),
                settings.timeout(),
                closeWithin(settings.timeout()),
                nanos);
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(
                                AttributeKey.stringKey("service.name"),
                                "fresnel",
                                AttributeKey.stringKey("service.version"),
                                version,
                                AttributeKey.stringKey("service.instance.id"),
                                UUID.randomUUID().toString()))))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sample())))
                .addSpanProcessor(queue)
                .build();
        tracing = new SpanTracing(provider.get(SpanTracing.SCOPE), clock);
    }

    /** One export may be under way, and there may be another to make. */
    private static Duration closeWithin(Duration timeout) {
        Duration twice = timeout.multipliedBy(2);
        return twice.compareTo(LONGEST_CLOSE) < 0 ? twice : LONGEST_CLOSE;
    }

    public SpanTracing tracing() {
        return tracing;
    }

    public long exported() {
        return queue.exported();
    }

    /** Spans that the collector did not take. */
    public long failed() {
        return queue.failed();
    }

    /** Spans for which there was no room in the queue. */
    public long dropped() {
        return queue.dropped();
    }

    /** Takes what is queued to the collector; blocks for 5 s at most. */
    @Override
    public void close() {
        provider.close();
    }
}
