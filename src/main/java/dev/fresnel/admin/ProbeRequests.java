package dev.fresnel.admin;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What schedulers and scrapers ask. Thread-safe as its suppliers are. */
public final class ProbeRequests implements OperationGroup {
    private static final String TEXT = "text/plain; charset=utf-8";

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
                Operation.get("/livez", _ -> text(200, "live\n")).open(),
                Operation.get("/startupz", _ -> text(200, "started\n")).open(),
                Operation.get("/readyz", _ -> ready.getAsBoolean() ? text(200, "ready\n") : text(503, "draining\n"))
                        .open(),
                Operation.get("/metrics", _ -> whole(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get())));
    }

    private static Future<AdminReply> text(int status, String body) {
        return whole(status, TEXT, body);
    }

    private static Future<AdminReply> whole(int status, String type, String body) {
        return Future.succeededFuture(new AdminReply.Whole(status, type, body, Map.of()));
    }
}
