package dev.fresnel.admin;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/** The gateway at a glance, and its config. Thread-safe as its suppliers are. */
public final class StatusRequests implements OperationGroup {
    private final Supplier<String> status;
    private final Supplier<String> config;
    private final Supplier<String> tenants;
    private final Supplier<String> budgets;

    /** Each gives JSON; no secret in it. */
    public StatusRequests(
            Supplier<String> status, Supplier<String> config, Supplier<String> tenants, Supplier<String> budgets) {
        this.status = status;
        this.config = config;
        this.tenants = tenants;
        this.budgets = budgets;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                plain("/admin/status", status),
                plain("/admin/config", config),
                plain("/admin/tenants", tenants),
                plain("/admin/budgets", budgets));
    }

    private static Operation plain(String path, Supplier<String> json) {
        return Operation.get(path, _ -> Future.succeededFuture(AdminReply.json(json.get())));
    }
}
