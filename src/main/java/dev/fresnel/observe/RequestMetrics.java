package dev.fresnel.observe;

import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.stream.DoubleStream;

/** What is counted of requests: how many, how they ended, how long they took, what they cost and saved. Thread-safe. */
final class RequestMetrics {
    /** Seconds. Few: each is a series per arm. From a cached answer to a reasoning model that thinks for minutes. */
    private static final Duration[] WHOLE = seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300);

    private static final Duration[] FIRST_TOKEN = seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);

    private final Meters meters;
    private final TenantLabels tenants;

    RequestMetrics(Meters meters, TenantLabels tenants) {
        this.meters = meters;
        this.tenants = tenants;
    }

    private static Duration[] seconds(double... bounds) {
        return DoubleStream.of(bounds)
                .mapToObj(bound -> Duration.ofMillis(Math.round(bound * 1000)))
                .toArray(Duration[]::new);
    }

    void on(ExchangeEvent event) {
        switch (event) {
            case ExchangeEvent.Bypassed e -> meters.count("fresnel.bypass", "reason", e.reason());
            case ExchangeEvent.AnswerRejected e ->
                meters.count(
                        "fresnel.answers.rejected",
                        "arm",
                        e.arm(),
                        "fault",
                        e.fault(),
                        "remedy",
                        e.remedy().key());
            case ExchangeEvent.ArmPaused e -> meters.count("fresnel.arm.pauses", "arm", e.arm());
            case ExchangeEvent.DelegationStarted e -> {
                meters.count("fresnel.delegations", "tenant", tenants.of(e.tenant()), "arm", e.arm());
                meters.count("fresnel.lens.served", "how", how(e.lens()));
            }
            case ExchangeEvent.DelegationSkipped e ->
                meters.count("fresnel.delegations.skipped", "tenant", tenants.of(e.tenant()), "reason", e.reason());
            case ExchangeEvent.DelegationFinished e -> {
                meters.count(
                        "fresnel.delegations.finished",
                        "arm",
                        e.arm(),
                        "end",
                        e.end().key());
                e.saved().ifPresent(saved -> saved(e.tenant(), saved));
            }
            case ExchangeEvent.Finished e -> finished(e);
        }
    }

    private void finished(ExchangeEvent.Finished e) {
        // Nobody was asked: no arm did anything.
        String arm = e.end() == ExchangeEvent.End.DRY_RUN ? "dry-run" : e.arm();
        meters.count(
                "fresnel.requests",
                "tenant",
                tenants.of(e.tenant()),
                "arm",
                arm,
                "end",
                e.end().key());
        e.cost().ifPresent(cost -> meters.spent("fresnel.cost.usd", cost, "tenant", tenants.of(e.tenant())));
        meters.time("fresnel.request.duration", e.total(), WHOLE, "arm", arm);
        e.timeToFirstToken()
                .ifPresent(time -> meters.time("fresnel.time.to.first.token", time, FIRST_TOKEN, "arm", arm));
    }

    /** Of {@code ID; hit}: which came from a closed set. */
    private static String how(String lens) {
        return lens.substring(lens.indexOf(' ') + 1);
    }

    /** Savings may be negative, counters may not: losses have their own series. */
    private void saved(TenantId tenant, Usd amount) {
        String sign = amount.isLessThan(Usd.ZERO) ? "loss" : "gain";
        meters.register("fresnel.saved.usd", "tenant", tenants.of(tenant), "sign", sign)
                .increment(Math.abs(amount.nanos()) / 1e9);
    }
}
