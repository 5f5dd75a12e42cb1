package dev.fresnel.admin;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What a supervisor asks of the process, whichever listener it asks: is it live, has it started, is it ready, and its metrics. Each is
 * answered from memory. Thread-safe as its suppliers are.
 */
public final class ProbeRequests implements OperationGroup {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final BooleanSupplier ready;
    private final Supplier<String> metrics;

    /**
     * @param ready whether new requests are welcome; says nothing about stores or upstreams, which may be away
     * @param metrics Prometheus text
     */
    public ProbeRequests(BooleanSupplier ready, Supplier<String> metrics) {
        this.ready = ready;
        this.metrics = metrics;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get("/livez", _ -> Future.succeededFuture(live())).open(),
                Operation.get("/startupz", _ -> Future.succeededFuture(started()))
                        .open(),
                Operation.get("/readyz", _ -> Future.succeededFuture(readiness()))
                        .open(),
                Operation.get("/metrics", _ -> Future.succeededFuture(scrape())));
    }

    AdminReply.Whole live() {
        return whole(200, TEXT, "live\n");
    }

    AdminReply.Whole started() {
        return whole(200, TEXT, "started\n");
    }

    AdminReply.Whole readiness() {
        return ready.getAsBoolean() ? whole(200, TEXT, "ready\n") : whole(503, TEXT, "draining\n");
    }

    AdminReply.Whole scrape() {
        return whole(200, PROMETHEUS, metrics.get());
    }

    private static AdminReply.Whole whole(int status, String type, String body) {
        return new AdminReply.Whole(status, type, body, Map.of());
    }
}
