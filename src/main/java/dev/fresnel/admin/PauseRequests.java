package dev.fresnel.admin;

import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseOrder;
import dev.fresnel.pause.PauseOrder.State;
import dev.fresnel.pause.PauseScope;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;

/** The kill switch: {@code POST /admin/pause} and {@code POST /admin/resume}, of the gateway or of one tenant. Thread-safe. */
public final class PauseRequests implements OperationGroup {
    private static final Parameter REASON =
            Parameter.queryOrBody("reason", new ParameterType.Text(PauseOrder.MAX_CHARS));

    private final KillSwitch killSwitch;
    private final Parameter tenant;

    public PauseRequests(KillSwitch killSwitch, TenantNames tenants) {
        this.killSwitch = killSwitch;
        this.tenant = Parameter.queryOrBody("tenant", new ParameterType.KnownTenant(tenants));
    }

    @Override
    public List<Operation> operations() {
        return List.of(
                Operation.change(
                        HttpMethod.POST,
                        "/admin/pause",
                        "paused",
                        request -> order(request, State.PAUSED),
                        tenant,
                        REASON),
                Operation.change(
                        HttpMethod.POST,
                        "/admin/resume",
                        "resumed",
                        request -> order(request, State.ACTIVE),
                        tenant,
                        REASON));
    }

    private Future<AdminReply> order(AdminRequest request, State state) {
        Optional<TenantId> named = request.tenant("tenant");
        // The future never fails.
        return killSwitch
                .order(new PauseScope(named), state, request.by(), request.text("reason"))
                .map(result -> new AdminReply.Changed(
                        PauseJson.result(result),
                        named,
                        named.map(TenantId::value).orElse("gateway")));
    }
}
