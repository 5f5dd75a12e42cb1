package dev.fresnel.admin;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/** The gateway at a glance, and what happened last. Thread-safe as its suppliers are. */
public final class StatusRequests implements OperationGroup {
    private final Supplier<String> status;
    private final Supplier<List<String>> events;

    /**
     * @param status JSON
     * @param events recent events as JSON objects, oldest first
     */
    public StatusRequests(Supplier<String> status, Supplier<List<String>> events) {
        this.status = status;
        this.events = events;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.get("/admin/status", _ -> Future.succeededFuture(AdminReply.json(status.get()))),
                Operation.get(
                        "/admin/events",
                        _ -> Future.succeededFuture(AdminReply.json("[" + String.join(",", events.get()) + "]"))));
    }
}
