package dev.fresnel.app;

import dev.fresnel.budget.Price;
import dev.fresnel.chat.Feature;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.delegation.Fallback;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.Worker;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantRoute;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.ModelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A config as it is in force, for a person to read. Shows no secret: only whether there is one. */
final class EffectiveConfig {
    private EffectiveConfig() {}

    static List<String> lines(GatewayConfig config) {
        List<String> lines = new ArrayList<>();
        section(lines, "listen", general(config));
        section(lines, "upstreams", upstreams(config));
        section(lines, "models (USD per million tokens)", models(config));
        section(lines, "aliases", aliases(config));
        section(lines, "workers", workers(config));
        section(lines, "routes", routes(config));
        return lines;
    }

    private static void section(List<String> lines, String title, TextTable table) {
        lines.add("");
        lines.add(title);
        table.lines().forEach(line -> lines.add("  " + line));
    }

    private static TextTable general(GatewayConfig config) {
        GatewayConfig.Limits limits = config.limits();
        TextTable table = new TextTable("KEY", "VALUE");
        table.row("data", config.listen().data().toString());
        table.row(
                "admin",
                config.listen().admin() + (config.listen().adminToken().isPresent() ? " (token)" : " (no token)"));
        table.row("store", "embedded in " + config.store().directory());
        table.row("max body", limits.maxBody() + " bytes");
        table.row("header, body timeout", time(limits.headerTimeout()) + ", " + time(limits.bodyTimeout()));
        table.row("max connections", String.valueOf(limits.maxConnections()));
        table.row("event loops", limits.eventLoops() == 0 ? "one per processor" : String.valueOf(limits.eventLoops()));
        table.row("prompts in events", lower(config.events().prompts()));
        return table;
    }

    private static TextTable upstreams(GatewayConfig config) {
        TextTable table = new TextTable("NAME", "BASE URL", "KEY", "CONNECT", "FIRST BYTE", "IDLE", "TOTAL", "POOL+QUEUE");
        for (Upstream upstream : config.upstreams().values()) {
            table.row(
                    upstream.name(),
                    upstream.baseUrl().toString(),
                    upstream.apiKey().isPresent() ? "configured" : "the client's",
                    time(upstream.timeouts().connect()),
                    time(upstream.timeouts().firstByte()),
                    time(upstream.timeouts().idle()),
                    time(upstream.timeouts().total()),
                    upstream.pool().maxConnections() + "+" + upstream.pool().maxQueue());
        }
        return table;
    }

    private static TextTable models(GatewayConfig config) {
        TextTable table = new TextTable("NAME", "UPSTREAM", "SENT AS", "TIER", "WINDOW", "INPUT", "CACHED", "OUTPUT", "SUPPORTS");
        for (Model model : config.models().models()) {
            Optional<Price> price = Optional.ofNullable(config.prices().get(model.name()));
            table.row(
                    model.name().value(),
                    model.upstream(),
                    model.upstreamName().value(),
                    model.tier().key(),
                    model.contextWindow().isPresent()
                            ? String.valueOf(model.contextWindow().getAsLong())
                            : "unknown",
                    price.map(p -> p.input().toString()).orElse("none"),
                    price.map(p -> p.cachedInput().toString()).orElse("none"),
                    price.map(p -> p.output().toString()).orElse("none"),
                    model.supports().stream().map(Feature::key).sorted().collect(Collectors.joining(" ")));
        }
        return table;
    }

    private static TextTable aliases(GatewayConfig config) {
        TextTable table = new TextTable("ALIAS", "NAMES", "ANSWERED BY");
        for (Map.Entry<ModelName, ModelName> alias : config.models().aliases().entrySet()) {
            table.row(
                    alias.getKey().value(),
                    alias.getValue().value(),
                    config.models().find(alias.getKey()).map(model -> model.name().value()).orElse("not declared"));
        }
        return table;
    }

    private static TextTable workers(GatewayConfig config) {
        TextTable table = new TextTable("WORKER", "MODEL", "LENS", "MAX TOKENS", "TEMPERATURE", "EFFORT", "FALLBACK");
        for (Worker worker : config.workers().values()) {
            table.row(
                    worker.name(),
                    worker.model().value(),
                    lower(worker.guidance()),
                    worker.params().maxTokens().isPresent()
                            ? String.valueOf(worker.params().maxTokens().getAsLong())
                            : "-",
                    worker.params().temperature().map(Object::toString).orElse("-"),
                    worker.params().reasoningEffort().orElse("-"),
                    fallback(worker.fallback()));
        }
        return table;
    }

    private static TextTable routes(GatewayConfig config) {
        TextTable table = new TextTable("TENANT", "KEYS", "BUDGET/DAY", "MATCH", "MODE", "SMART", "ARMS", "RULES", "LENS");
        for (Tenant tenant : config.tenants()) {
            String keys = tenant.keys().isEmpty() ? "open" : String.valueOf(tenant.keys().size());
            String budget = tenant.dailyBudget().map(limit -> limit + " USD").orElse("none");
            if (tenant.routes().isEmpty()) {
                table.row(tenant.id().value(), keys, budget, "-", "off", "-", "direct", "-", "-");
            }
            for (TenantRoute route : tenant.routes()) {
                RoutePlan plan = route.plan();
                table.row(
                        tenant.id().value(),
                        keys,
                        budget,
                        route.modelPattern(),
                        plan.mode().key(),
                        plan.smart().map(ModelName::value).orElse("the requested model"),
                        plan.arms().stream().map(Arm::name).collect(Collectors.joining(" ")),
                        rules(plan),
                        lens(plan.lens()));
            }
        }
        return table;
    }

    private static String rules(RoutePlan plan) {
        return "output>" + plan.rules().thresholdTokens()
                + " budget<" + plan.rules().budgetMultiple() + "x"
                + " multi-part=" + lower(plan.rules().multiPart())
                + " break-even=" + lower(plan.rules().breakEven());
    }

    private static String lens(LensPolicy policy) {
        return lower(policy.build()) + " per " + lower(policy.scope()) + ", ttl " + time(policy.ttl()) + ", on failure "
                + lower(policy.onFailure());
    }

    private static String fallback(Fallback fallback) {
        return switch (fallback) {
            case Fallback.Requested() -> "the requested model";
            case Fallback.Chain(List<ModelName> models) when models.isEmpty() -> "none";
            case Fallback.Chain(List<ModelName> models) ->
                models.stream().map(ModelName::value).collect(Collectors.joining(", then "));
        };
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** {@code 5s}, {@code 300s}, {@code 24h}: as a config writes it. */
    private static String time(Duration duration) {
        if (duration.toMillis() % 1000 != 0) {
            return duration.toMillis() + "ms";
        }
        long seconds = duration.toSeconds();
        return seconds % 3600 == 0 && seconds > 0 ? seconds / 3600 + "h" : seconds + "s";
    }
}
