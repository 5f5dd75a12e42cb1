package dev.fresnel.app;

import dev.fresnel.admin.PauseJson;
import dev.fresnel.budget.Account;
import dev.fresnel.budget.Ledger;
import dev.fresnel.chat.JsonText;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.edge.Gate;
import dev.fresnel.exchange.Parts;
import dev.fresnel.observe.LineWriter;
import dev.fresnel.outcome.SeenAlarm;
import dev.fresnel.pause.PauseScope;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.upstream.UpstreamState;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The gateway at a glance, as JSON. */
final class Status {
    private Status() {}

    static String json(InForce inForce, KeyRegister register, Gate gate, Parts parts, Seeding seeding, LineWriter log) {
        GatewayConfig config = inForce.config();
        Map<TenantId, List<TenantKey>> budgeted = Registering.budgeted(config.tenants(), register);
        String tenants = config.tenants().stream()
                .map(tenant -> "{\"id\":" + JsonText.quote(tenant.id().value())
                        + money(tenant, budgeted.getOrDefault(tenant.id(), List.of()), parts.ledger())
                        + ",\"routes\":" + tenant.routes().size()
                        + ",\"delegation_paused\":" + parts.killSwitch().isPaused(tenant.id())
                        + ",\"delegation\":"
                        + PauseJson.standing(parts.killSwitch().standing(PauseScope.of(tenant.id()))) + "}")
                .collect(Collectors.joining(",", "[", "]"));
        return "{\"version\":" + JsonText.quote(Version.text())
                + ",\"config\":" + ConfigJson.summary(inForce)
                + ",\"draining\":" + gate.isShut()
                + ",\"running_requests\":" + gate.running()
                + ",\"connections\":" + gate.connections()
                + ",\"log_lines_dropped\":" + log.dropped()
                + ",\"delegation\":" + PauseJson.standing(parts.killSwitch().standing(PauseScope.GATEWAY))
                + ",\"cold_start\":" + seeding.json()
                + ",\"upstreams\":"
                + config.upstreams().values().stream()
                        .map(upstream -> upstream(parts.upstreams().state(upstream), parts))
                        .collect(Collectors.joining(",", "[", "]"))
                + ",\"drift_alarms\":"
                + parts.learner().seenAlarms().stream().map(Status::alarm).collect(Collectors.joining(",", "[", "]"))
                + ",\"tenants\":" + tenants + "}";
    }

    private static String upstream(UpstreamState state, Parts parts) {
        return "{\"name\":" + JsonText.quote(state.upstream().name())
                + ",\"window_seconds\":" + state.window().toSeconds()
                + ",\"recent\":"
                + state.recent().entrySet().stream()
                        .map(entry -> JsonText.quote(entry.getKey()) + ":" + entry.getValue())
                        .collect(Collectors.joining(",", "{", "}"))
                + ",\"connections_in_use\":" + state.inUse()
                + ",\"max_connections\":" + state.upstream().pool().maxConnections()
                + ",\"waiting\":" + state.waiting()
                + ",\"retries_left\":" + state.retriesLeft()
                + ",\"last_failure_at\":"
                + state.sinceFailure()
                        .map(age -> JsonText.quote(
                                parts.clock().instant().minus(age).toString()))
                        .orElse("null")
                + "}";
    }

    private static String alarm(SeenAlarm seen) {
        return "{\"at\":" + JsonText.quote(seen.at().toString())
                + ",\"population\":" + JsonText.quote(seen.alarm().population())
                + ",\"arm\":" + JsonText.quote(seen.alarm().arm().name())
                + ",\"direction\":"
                + JsonText.quote(seen.alarm().direction().name().toLowerCase(Locale.ROOT)) + "}";
    }

    private static String money(Tenant tenant, List<TenantKey> budgeted, Ledger ledger) {
        Account account = Account.of(tenant.id());
        return ",\"spent_today_usd\":" + ledger.spent(account).day()
                + ",\"spent_this_month_usd\":" + ledger.spent(account).month()
                + ",\"spent_usd\":" + ledger.spent(account).total()
                + ",\"reserved_usd\":" + ledger.reserved(account)
                + ",\"daily_budget_usd\":"
                + tenant.budget().limits().daily().map(Usd::toString).orElse("null")
                + ",\"budgets\":"
                + BudgetJson.standings(tenant, budgeted, ledger).collect(Collectors.joining(",", "[", "]"));
    }
}
