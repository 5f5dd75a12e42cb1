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

    static String json(
            InForce inForce, Gate gate, Ledger ledger, KillSwitch killSwitch, Seeding seeding, LineWriter log) {
        GatewayConfig config = inForce.config();
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
                + ",\"config\":" + config(config.version(), inForce.files())
                + ",\"draining\":" + gate.isShut()
                + ",\"running_requests\":" + gate.running()
                + ",\"connections\":" + gate.connections()
                + ",\"log_lines_dropped\":" + log.dropped()
                + ",\"delegation\":" + PauseJson.standing(killSwitch.standing(PauseScope.GATEWAY))
                + ",\"cold_start\":" + seeding.json()
                + ",\"tenants\":" + tenants + "}";
    }

    private static String config(String version, InForce.Files files) {
        String problems = files.rejected().stream()
                .map(problem -> "{\"file\":" + JsonText.quote(problem.file())
                        + ",\"line\":" + problem.line()
                        + ",\"column\":" + problem.column()
                        + ",\"key\":" + JsonText.quote(problem.key())
                        + ",\"message\":" + JsonText.quote(problem.message())
                        + ",\"remedy\":" + JsonText.quote(problem.remedy()) + "}")
                .collect(Collectors.joining(",", "[", "]"));
        String waiting =
                files.needingRestart().stream().map(JsonText::quote).collect(Collectors.joining(",", "[", "]"));
        return "{\"version\":" + JsonText.quote(version)
                + ",\"files_read_at\":" + JsonText.quote(files.readAt().toString())
                + ",\"files_rejected\":" + !files.rejected().isEmpty()
                + ",\"problems\":" + problems
                + ",\"needs_restart\":" + waiting + "}";
    }
}
