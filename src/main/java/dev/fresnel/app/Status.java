package dev.fresnel.app;

import dev.fresnel.admin.PauseJson;
import dev.fresnel.budget.Ledger;
import dev.fresnel.chat.JsonText;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.edge.Gate;
import dev.fresnel.observe.LineWriter;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseScope;
import java.util.stream.Collectors;

/** The gateway at a glance, as JSON. */
final class Status {
    private Status() {}

    static String json(GatewayConfig config, Gate gate, Ledger ledger, KillSwitch killSwitch, LineWriter log) {
        String tenants = config.tenants().stream()
                .map(tenant -> "{\"id\":" + JsonText.quote(tenant.id().value())
                        + ",\"spent_today_usd\":" + ledger.spentToday(tenant.id())
                        + ",\"reserved_usd\":" + ledger.reservedToday(tenant.id())
                        + ",\"daily_budget_usd\":"
                        + tenant.dailyBudget().map(Object::toString).orElse("null")
                        + ",\"routes\":" + tenant.routes().size()
                        + ",\"delegation_paused\":" + killSwitch.isPaused(tenant.id())
                        + ",\"delegation\":"
                        + PauseJson.standing(killSwitch.standing(PauseScope.of(tenant.id()))) + "}")
                .collect(Collectors.joining(",", "[", "]"));
        return "{\"version\":" + JsonText.quote(Version.text())
                + ",\"draining\":" + gate.isShut()
                + ",\"running_requests\":" + gate.running()
                + ",\"connections\":" + gate.connections()
                + ",\"log_lines_dropped\":" + log.dropped()
                + ",\"delegation\":" + PauseJson.standing(killSwitch.standing(PauseScope.GATEWAY))
                + ",\"tenants\":" + tenants + "}";
    }
}
