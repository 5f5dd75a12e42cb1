package dev.fresnel.admin;

import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The gateway at a glance, and its config. Thread-safe as its suppliers are. */
public final class StatusRequests implements OperationGroup {
    private final Supplier<String> status;
    private final Supplier<String> config;
    private final Supplier<String> tenants;
    private final Function<Optional<TenantId>, String> budgets;
    private final TenantNames names;

    /**
     * Each gives JSON; no secret in it.
     *
     * @param budgets of one tenant, or of all
     */
    public StatusRequests(
            Supplier<String> status,
            Supplier<String> config,
            Supplier<String> tenants,
            Function<Optional<TenantId>, String> budgets,
            TenantNames names) {
        this.status = status;
        this.config = config;
        this.tenants = tenants;
        this.budgets = budgets;
        this.names = names;
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                plain("/admin/status", status),
                plain("/admin/config", config),
                plain("/admin/tenants", tenants),
                Operation.get(
                        "/admin/budgets",
                        request -> Future.succeededFuture(AdminReply.json(budgets.apply(request.tenant("tenant")))),
                        Parameter.query("tenant", new ParameterType.KnownTenant(names))));
    }

    private static Operation plain(String path, Supplier<String> json) {
        return Operation.get(path, _ -> Future.succeededFuture(AdminReply.json(json.get())));
    }
}
