package dev.fresnel.observe;

import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.outcome.LearnerCounts;
import dev.fresnel.policy.PolicyCounts;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Counters and timers of what the gateway does. Labels come from config ids and closed enumerations only, so that no client can
 * grow them. Thread-safe.
 */
public final class Metrics {
    private final MeterRegistry registry;

    public Metrics(MeterRegistry registry) {
        this.registry = registry;
    }

    public void onExchange(ExchangeEvent event) {
        switch (event) {
            case ExchangeEvent.Bypassed e -> counter("fresnel.bypass", "reason", e.reason());
            case ExchangeEvent.DelegationStarted e ->
                counter("fresnel.delegations", "tenant", e.tenant().value(), "arm", e.arm());
            case ExchangeEvent.DelegationSkipped e ->
                counter("fresnel.delegations.skipped", "tenant", e.tenant().value(), "reason", e.reason());
            case ExchangeEvent.DelegationFinished e -> {
                counter(
                        "fresnel.delegations.finished",
                        "arm",
                        e.arm(),
                        "end",
                        e.end().key());
                e.saved().ifPresent(saved -> money("fresnel.saved.usd", e.tenant(), saved));
            }
            case ExchangeEvent.Finished e -> {
                counter(
                        "fresnel.requests",
                        "tenant",
                        e.tenant().value(),
                        "arm",
                        e.arm(),
                        "end",
                        e.end().key());
                money("fresnel.cost.usd", e.tenant(), e.cost());
                Timer.builder("fresnel.request.duration")
                        .tag("arm", e.arm())
                        .register(registry)
                        .record(e.total());
            }
        }
    }

    public void onLens(LensEvent event) {
        switch (event) {
            case LensEvent.Created e -> {
                counter("fresnel.lens.builds", "tenant", e.tenant().value(), "result", "created");
                money("fresnel.lens.cost.usd", e.tenant(), e.cost());
            }
            case LensEvent.Failed e -> {
                counter(
                        "fresnel.lens.builds",
                        "tenant",
                        e.tenant().value(),
                        "result",
                        e.failure().key());
                money("fresnel.lens.cost.usd", e.tenant(), e.cost());
            }
            case LensEvent.StoreFailed e ->
                counter(
                        "fresnel.lens.store.failures",
                        "operation",
                        e.operation().key());
        }
    }

    /** A request that was refused before anything was done for it. */
    public void onRefused(int status) {
        counter("fresnel.refusals", "status", Integer.toString(status));
    }

    /** @param kind from a closed set */
    public void onStoreProblem(String kind) {
        counter("fresnel.store.problems", "kind", kind);
    }

    /** Gauges and counters of the learned policy. */
    public void watchLearning(Supplier<LearnerCounts> learner, Supplier<PolicyCounts> policy) {
        Gauge.builder("fresnel.learning.open", () -> learner.get().open()).register(registry);
        counter("fresnel.learning.lessons", () -> learner.get().lessons());
        counter("fresnel.learning.dropped", () -> learner.get().dropped());
        counter("fresnel.learning.alarms", () -> learner.get().alarms());
        counter("fresnel.learning.repaired", () -> policy.get().repaired());
    }

    private void counter(String name, LongSupplier value) {
        FunctionCounter.builder(name, value, LongSupplier::getAsLong).register(registry);
    }

    /** Registers what is read at each scrape. */
    public void watch(IntSupplier connections, IntSupplier running, LongSupplier droppedLines) {
        Gauge.builder("fresnel.connections", connections::getAsInt).register(registry);
        Gauge.builder("fresnel.requests.running", running::getAsInt).register(registry);
        FunctionCounter.builder("fresnel.log.dropped", droppedLines, LongSupplier::getAsLong)
                .register(registry);
    }

    /**
     * Registers what is read at each scrape about Redis.
     *
     * @param failures operations that failed, by a kind from a closed set
     */
    public void watchRedis(BooleanSupplier up, LongSupplier connections, Map<String, LongSupplier> failures) {
        Gauge.builder("fresnel.redis.up", () -> up.getAsBoolean() ? 1 : 0).register(registry);
        FunctionCounter.builder("fresnel.redis.connections", connections, LongSupplier::getAsLong)
                .register(registry);
        failures.forEach(
                (kind, count) -> FunctionCounter.builder("fresnel.redis.failures", count, LongSupplier::getAsLong)
                        .tag("kind", kind)
                        .register(registry));
    }

    private void counter(String name, String... tags) {
        registry.counter(name, tags).increment();
    }

    /** Savings may be negative, counters may not: losses have their own series. */
    private void money(String name, TenantId tenant, Usd amount) {
        String sign = amount.isLessThan(Usd.ZERO) ? "loss" : "gain";
        Counter.builder(name)
                .tag("tenant", tenant.value())
                .tag("sign", sign)
                .register(registry)
                .increment(Math.abs(amount.nanos()) / 1e9);
    }
}
