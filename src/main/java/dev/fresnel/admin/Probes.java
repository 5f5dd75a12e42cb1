package dev.fresnel.admin;

import io.vertx.ext.web.Router;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What a supervisor asks of the process, whichever listener it asks: is it live, has it started, is it ready, and its metrics. Each is
 * answered from memory. Thread-safe.
 *
 * @param ready whether new requests are welcome; says nothing about stores or upstreams, which may be away
 * @param metrics Prometheus text
 */
public record Probes(BooleanSupplier ready, Supplier<String> metrics) {
    void serveHealth(Router router) {
        router.get("/livez").handler(c -> AdminListener.text(c, 200, "live\n"));
        router.get("/startupz").handler(c -> AdminListener.text(c, 200, "started\n"));
        router.get("/readyz").handler(c -> {
            boolean welcome = ready.getAsBoolean();
            AdminListener.text(c, welcome ? 200 : 503, welcome ? "ready\n" : "draining\n");
        });
    }

    void serveMetrics(Router router) {
        router.get("/metrics")
                .handler(c -> AdminListener.send(c, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.get()));
    }
}
