package dev.fresnel.observe;

import dev.fresnel.exchange.BypassReason;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.exchange.Remedy;
import dev.fresnel.exchange.TaskClassifier;
import dev.fresnel.judge.Judgement;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.LearnerCounts;
import dev.fresnel.outcome.SharingCounts;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.policy.PolicyCounts;
import dev.fresnel.tenant.Limit;
import dev.fresnel.upstream.CallOutcome;
import dev.fresnel.upstream.UpstreamCounts;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Counters and timers of what the gateway does. Labels come from config ids and closed enumerations only, so that no client can
 * grow them, and of tenants there are so many at most. Thread-safe.
 */
public final class Metrics {
    private final Meters meters;
    private final TenantLabels tenants;
    private final RequestMetrics requests;
    private final BudgetMetrics budgets;
    private final Set<String> upstreams = ConcurrentHashMap.newKeySet();

    /**
     * Registers at zero what should never happen, so that its first time is seen as an increase.
     *
     * @param tenantLabels tenants that are told apart, those of the config that come first
     */
    public Metrics(MeterRegistry registry, int tenantLabels) {
        this.meters = new Meters(registry);
        this.tenants = new TenantLabels(tenantLabels);
        this.requests = new RequestMetrics(meters, tenants);
        this.budgets = new BudgetMetrics(meters, tenants);
        for (BypassReason reason : BypassReason.values()) {
            meters.register("fresnel.bypass", "reason", reason.key());
        }
        for (TaskClassifier.Result result : TaskClassifier.Result.values()) {
            meters.register("fresnel.classifier", "result", result.key());
        }
        for (LensEvent.Operation operation : LensEvent.Operation.values()) {
            meters.register("fresnel.lens.store.failures", "operation", operation.key());
        }
        for (LensEvent.Retired.Next next : LensEvent.Retired.Next.values()) {
            meters.register("fresnel.lens.retired", "next", next.key());
        }
        for (StoreTrouble trouble : StoreTrouble.values()) {
            meters.register("fresnel.store.problems", "kind", trouble.key());
        }
    }

    /**
     * Registers at zero what should never happen to a worker of the config, and what its tenants pay for beside answers. Call it before
     * anything else is told of these tenants: it names them.
     */
    public void expect(Set<String> workers, List<TenantId> inForce) {
        tenants.name(inForce);
        for (String tenant : inForce.stream().map(tenants::of).distinct().toList()) {
            meters.register("fresnel.classifier.cost.usd", "tenant", tenant);
            for (Limit limit : Limit.values()) {
                meters.register("fresnel.limits.exceeded", "tenant", tenant, "limit", limit.key());
            }
        }
        for (String worker : workers) {
            meters.register("fresnel.arm.pauses", "arm", worker);
            for (String fault : List.of("empty", "invalid", "refused")) {
                for (Remedy remedy : Remedy.values()) {
                    meters.register("fresnel.answers.rejected", "arm", worker, "fault", fault, "remedy", remedy.key());
                }
            }
        }
    }

    /** Registers what is read at each scrape about the config: whether its files say something that is not valid. */
    public void watchConfig(BooleanSupplier isRejected) {
        meters.gauge("fresnel.config.rejected", () -> isRejected.getAsBoolean() ? 1 : 0);
        meters.register("fresnel.config.reloads", "result", "applied");
        meters.register("fresnel.config.reloads", "result", "rejected");
    }

    /** One series: the version in force. */
    public void onConfigInForce(String version) {
        meters.perValue("fresnel.config.info", "version", List.of(version), _ -> 1);
    }

    public void onConfigRead(boolean valid) {
        meters.count("fresnel.config.reloads", "result", valid ? "applied" : "rejected");
    }

    public void onExchange(ExchangeEvent event) {
        requests.on(event);
    }

    public void onLens(LensEvent event) {
        switch (event) {
            case LensEvent.Created e -> {
                meters.count("fresnel.lens.builds", "tenant", tenants.of(e.tenant()), "result", "created");
                meters.spent("fresnel.lens.cost.usd", e.cost(), "tenant", tenants.of(e.tenant()));
            }
            case LensEvent.Failed e -> {
                meters.count(
                        "fresnel.lens.builds",
                        "tenant",
                        tenants.of(e.tenant()),
                        "result",
                        e.failure().key());
                meters.spent("fresnel.lens.cost.usd", e.cost(), "tenant", tenants.of(e.tenant()));
            }
            case LensEvent.Retired e ->
                meters.count("fresnel.lens.retired", "next", e.next().key());
            case LensEvent.StoreFailed e ->
                meters.count(
                        "fresnel.lens.store.failures",
                        "operation",
                        e.operation().key());
        }
    }

    public void onClassified(TaskClassifier.Result result) {
        meters.count("fresnel.classifier", "result", result.key());
    }

    public void onClassifierCost(TenantId tenant, Usd cost) {
        meters.spent("fresnel.classifier.cost.usd", cost, "tenant", tenants.of(tenant));
    }

    /** A request that was refused before anything was done for it. */
    public void onRefused(int status) {
        meters.count("fresnel.refusals", "status", Integer.toString(status));
    }

    /** A tenant or one of its keys wanted more than it may have. */
    public void onLimited(TenantId tenant, Limit limit) {
        meters.count("fresnel.limits.exceeded", "tenant", tenants.of(tenant), "limit", limit.key());
    }

    public void onStoreProblem(StoreTrouble trouble) {
        meters.count("fresnel.store.problems", "kind", trouble.key());
    }

    /** Gauges and counters of the learned policy. */
    public void watchLearning(
            Supplier<LearnerCounts> learner, Supplier<SharingCounts> sharing, Supplier<PolicyCounts> policy) {
        meters.gauge("fresnel.learning.open", () -> learner.get().open());
        meters.counter("fresnel.learning.lessons", () -> learner.get().lessons());
        meters.counter("fresnel.learning.dropped", () -> learner.get().dropped());
        meters.counter("fresnel.learning.alarms", () -> learner.get().alarms());
        meters.counter("fresnel.learning.repaired", () -> policy.get().repaired());
        meters.gauge("fresnel.learning.signals.held", () -> learner.get().held());
        meters.counter("fresnel.learning.signals.lost", () -> learner.get().lost());
        meters.gauge(
                "fresnel.learning.stale.seconds", () -> sharing.get().stale().toMillis() / 1e3);
        meters.gauge("fresnel.learning.queued", () -> sharing.get().queued());
        meters.gauge("fresnel.learning.stored.ignored", () -> sharing.get().ignored());
        meters.counter("fresnel.learning.flushes", () -> sharing.get().applied(), "result", "applied");
        meters.counter("fresnel.learning.flushes", () -> sharing.get().duplicates(), "result", "duplicate");
        meters.counter("fresnel.learning.flushes", () -> sharing.get().failures(), "result", "failed");
        meters.counter("fresnel.learning.deltas.lost", () -> sharing.get().refused(), "why", "refused");
        meters.counter("fresnel.learning.deltas.lost", () -> sharing.get().dropped(), "why", "queue_full");
    }

    /** One gauge per tenant that has a name in metrics: whether its delegation is paused, by an order for it or for everybody. */
    public void watchPauses(List<TenantId> inForce, Predicate<TenantId> isPaused) {
        meters.perTenant("fresnel.delegation.paused", tenants.named(inForce), tenant -> isPaused.test(tenant) ? 1 : 0);
    }

    /**
     * Registers what is read at each scrape about answers.
     *
     * @param signals how often each sign of quality was heard
     * @param findings of answers checked against what their requests demand
     */
    public void watchAnswers(Map<ImplicitSignal, LongSupplier> signals, Map<String, LongSupplier> findings) {
        signals.forEach((signal, count) -> meters.counter("fresnel.learning.signals", count, "signal", signal.key()));
        findings.forEach((finding, count) -> meters.counter("fresnel.inspections", count, "finding", finding));
    }

    /**
     * Registers what is read at each scrape about judging; all of it stands at zero where nobody judges.
     *
     * @param nanos what it has cost so far, in nano-dollars
     */
    public void watchJudge(Map<Judgement, LongSupplier> judgements, LongSupplier nanos) {
        for (Judgement judgement : Judgement.values()) {
            meters.counter(
                    "fresnel.judge.answers", judgements.getOrDefault(judgement, () -> 0), "result", judgement.key());
        }
        meters.dollars("fresnel.judge.cost.usd", nanos);
    }

    /** Those of budgets. */
    public BudgetMetrics budgets() {
        return budgets;
    }

    /** A gauge per tenant that has a budget, and a name in metrics. */
    public void watchBudgets(ToDoubleFunction<TenantId> price, List<TenantId> budgeted) {
        meters.perTenant("fresnel.budget.price", tenants.named(budgeted), price);
    }

    /** Registers what is read at each scrape about estimates. */
    public void watchEstimates(Supplier<UsageLearner.Counts> counts) {
        meters.counter("fresnel.estimate.lengths", () -> counts.get().lengths());
        meters.counter("fresnel.estimate.within.twofold", () -> counts.get().withinTwofold());
        meters.counter("fresnel.estimate.exceeded", () -> counts.get().aboveP90());
        meters.counter("fresnel.estimate.dropped", () -> counts.get().dropped());
    }

    /** Registers what is read at each scrape. */
    public void watch(IntSupplier connections, IntSupplier running, LongSupplier droppedLines) {
        meters.gauge("fresnel.connections", connections::getAsInt);
        meters.gauge("fresnel.requests.running", running::getAsInt);
        meters.counter("fresnel.log.dropped", droppedLines);
    }

    /**
     * Registers what is read at each scrape about Redis.
     *
     * @param failures operations that failed, by a kind from a closed set
     */
    public void watchRedis(BooleanSupplier up, LongSupplier connections, Map<String, LongSupplier> failures) {
        meters.gauge("fresnel.redis.up", () -> up.getAsBoolean() ? 1 : 0);
        meters.counter("fresnel.redis.connections", connections);
        failures.forEach((kind, count) -> meters.counter("fresnel.redis.failures", count, "kind", kind));
    }

    /** Registers what is read at each scrape about calls to the upstreams of the config in force. What was counted of others stays. */
    public void watchUpstreams(Set<String> inForce, Function<String, UpstreamCounts> counts) {
        meters.perValue(
                "fresnel.upstream.running",
                "upstream",
                inForce,
                name -> counts.apply(name).running());
        meters.perValue(
                "fresnel.upstream.waiting",
                "upstream",
                inForce,
                name -> counts.apply(name).waiting());
        for (String name : inForce) {
            if (upstreams.add(name)) {
                UpstreamCounts of = counts.apply(name);
                for (CallOutcome outcome : CallOutcome.values()) {
                    meters.counter(
                            "fresnel.upstream.calls",
                            () -> of.ended(outcome),
                            "upstream",
                            name,
                            "outcome",
                            outcome.key());
                }
                meters.counter("fresnel.upstream.retries", of::retries, "upstream", name);
            }
        }
    }

    /** Registers what is read at each scrape about traces; all of it stands at zero where none are exported. */
    public void watchTraces(LongSupplier exported, LongSupplier failed, LongSupplier dropped) {
        meters.counter("fresnel.trace.spans", exported, "result", "exported");
        meters.counter("fresnel.trace.spans", failed, "result", "failed");
        meters.counter("fresnel.trace.spans", dropped, "result", "dropped");
    }
}
