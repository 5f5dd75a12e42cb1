package dev.fresnel.app;

import dev.fresnel.config.GatewayConfig;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.observe.Metrics;
import dev.fresnel.observe.Traces;
import dev.fresnel.upstream.Tracing;
import dev.fresnel.value.Secret;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Traces, where the config names a collector; else nothing is followed.
 *
 * @param events gets every event of an exchange
 */
record TraceStart(Tracing tracing, Consumer<ExchangeEvent> events) {
    static TraceStart of(Vertx vertx, Optional<GatewayConfig.Otlp> wanted, Metrics metrics, Closing closing) {
        if (wanted.isEmpty()) {
            metrics.watchTraces(() -> 0, () -> 0, () -> 0);
            return new TraceStart(Tracing.OFF, _ -> {});
        }
        Traces traces = new Traces(settings(wanted.get()), Version.text(), SystemTime.clock(), SystemTime.nanos());
        closing.later(
                "traces",
                () -> vertx.executeBlocking(() -> {
                    traces.close();
                    return null;
                }));
        metrics.watchTraces(traces::exported, traces::failed, traces::dropped);
        return new TraceStart(traces.tracing(), traces.tracing()::onExchange);
    }

    private static Traces.Settings settings(GatewayConfig.Otlp otlp) {
        Map<String, String> headers = otlp.headers().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, header -> reveal(header.getValue())));
        return new Traces.Settings(otlp.endpoint(), headers, otlp.sample(), otlp.timeout());
    }

    /** For the collector that it belongs to. */
    private static String reveal(Secret secret) {
        return secret.reveal();
    }
}
