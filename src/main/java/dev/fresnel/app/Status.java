package dev.fresnel.app;

import dev.fresnel.admin.PauseJson;
import dev.fresnel.budget.Account;
import dev.fresnel.budget.Budget;
import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.Payer;
import dev.fresnel.chat.JsonText;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.edge.Gate;
import dev.fresnel.observe.LineWriter;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.pause.PauseScope;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.value.Usd;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The gateway at a glance, as JSON. */
final class Status {
    private Status() {}

    static String json(
            InForce inForce, Gate gate, Ledger ledger, KillSwitch killSwitch, Seeding seeding, LineWriter log) {
        GatewayConfig config = inForce.config();
        String tenants = config.tenants().stream()
                .map(tenant -> "{\"id\":" + JsonText.quote(tenant.id().value())
                        + money(tenant, ledger)
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

    private static String money(Tenant tenant, Ledger ledger) {
        Account account = Account.of(tenant.id());
        List<BudgetStanding> standings = new ArrayList<>(
                ledger.standings(Payer.of(tenant.id(), tenant.budget().limits())));
        // The tenant's own once, then those of each key.
        tenant.keys().stream()
                .filter(key -> key.budget().isLimited())
                .forEach(key -> standings.addAll(
                        ledger.standings(Payer.of(tenant.id(), Budget.NONE).by(key.name(), key.budget()))));
        return ",\"spent_today_usd\":" + ledger.spent(account).day()
                + ",\"spent_this_month_usd\":" + ledger.spent(account).month()
                + ",\"spent_usd\":" + ledger.spent(account).total()
                + ",\"reserved_usd\":" + ledger.reserved(account)
                + ",\"daily_budget_usd\":"
                + tenant.budget().limits().daily().map(Usd::toString).orElse("null")
                + ",\"budgets\":"
                + standings.stream().map(Status::budget).collect(Collectors.joining(",", "[", "]"));
    }

    private static String budget(BudgetStanding standing) {
        return "{\"key_name\":" + standing.account().key().map(JsonText::quote).orElse("null")
                + ",\"period\":" + JsonText.quote(standing.period().key())
                + ",\"window\":" + JsonText.quote(standing.window())
                + ",\"limit_usd\":" + standing.limit()
                + ",\"spent_usd\":" + standing.spent()
                + ",\"reserved_usd\":" + standing.reserved()
                + ",\"left_usd\":" + standing.left()
                + ",\"state\":" + JsonText.quote(standing.state().key()) + "}";
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
