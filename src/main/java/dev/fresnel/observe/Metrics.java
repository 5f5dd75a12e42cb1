package dev.fresnel.observe;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
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
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Counters and timers of what the gateway does. Labels come from config ids and closed enumerations only, so that no client can
 * grow them. Thread-safe.
 */
public final class Metrics {
    /** What {@code # HELP} says of each; docs/operations.md says more. */
    private static final Map<String, String> HELP = Map.ofEntries(
            Map.entry("fresnel.requests", "Requests over."),
            Map.entry("fresnel.config.info", "1: the version of the config in force."),
            Map.entry(
                    "fresnel.config.rejected",
                    "1 while the config files are not valid and an earlier version is in force."),
            Map.entry("fresnel.config.reloads", "Config files that were read anew."),
            Map.entry("fresnel.request.duration", "From the head of the request to the end of the reply."),
            Map.entry("fresnel.requests.running", "Requests taken in and not yet answered."),
            Map.entry("fresnel.connections", "Open client connections."),
            Map.entry("fresnel.refusals", "Requests refused before anything was done for them."),
            Map.entry("fresnel.cost.usd", "What the answers cost, as far as prices are known; lenses not included."),
            Map.entry("fresnel.saved.usd", "What delegation saved against the requested model, or lost."),
            Map.entry("fresnel.delegations", "Requests given to a worker."),
            Map.entry(
                    "fresnel.delegations.skipped", "Requests looked at and left with the requested model, by reason."),
            Map.entry("fresnel.delegations.finished", "Delegated requests over."),
            Map.entry("fresnel.bypass", "An optimisation given up, and the request served all the same."),
            Map.entry(
                    "fresnel.answers.rejected",
                    "Workers' answers found bad before the client had them, by what was done."),
            Map.entry("fresnel.arm.pauses", "Arms paused because too many of their answers were escalated."),
            Map.entry("fresnel.lens.served", "Requests given to a worker, by how their lens was had."),
            Map.entry("fresnel.lens.builds", "Lenses written, or why not."),
            Map.entry("fresnel.lens.retired", "Versions of lenses with which answers were worse than without."),
            Map.entry("fresnel.lens.cost.usd", "What writing lenses cost."),
            Map.entry("fresnel.classifier", "Requests whose kind of task a model was to name, by what came of it."),
            Map.entry("fresnel.classifier.cost.usd", "What those models cost."),
            Map.entry("fresnel.delegation.paused", "1 while the kill switch keeps the tenant's requests direct."),
            Map.entry(
                    "fresnel.budget.price",
                    "Quality that mode adaptive gives up for a dollar because the day's budget presses; next to 0 while there is enough."),
            Map.entry("fresnel.learning.open", "Decisions of mode adaptive whose outcome may still change."),
            Map.entry("fresnel.learning.lessons", "Outcomes that the policy was told, revisions included."),
            Map.entry("fresnel.learning.alarms", "Arms found to have changed."),
            Map.entry("fresnel.learning.dropped", "Outcomes not looked at because too many waited."),
            Map.entry("fresnel.estimate.lengths", "Whole answers whose length was learned from."),
            Map.entry("fresnel.estimate.within.twofold", "Those with half to twice the output tokens expected."),
            Map.entry("fresnel.estimate.exceeded", "Those longer than nine in ten were expected to be."),
            Map.entry("fresnel.estimate.dropped", "Usages not learned from because too many waited."),
            Map.entry("fresnel.learning.repaired", "Decisions whose probabilities did not add up and went direct."),
            Map.entry("fresnel.learning.signals", "Signs of good and bad answers heard."),
            Map.entry("fresnel.inspections", "Answers checked against what their requests demand."),
            Map.entry("fresnel.judge.answers", "Answers drawn to be judged."),
            Map.entry("fresnel.judge.cost.usd", "What judging has cost."),
            Map.entry(
                    "fresnel.learning.stale.seconds",
                    "Since the store was last heard of what the others have learned."),
            Map.entry("fresnel.learning.signals.held", "Decisions and signals that the store has not taken yet."),
            Map.entry("fresnel.learning.signals.lost", "Decisions and signals that the store will not hear of."),
            Map.entry("fresnel.learning.queued", "Cells with evidence that the store has not acknowledged."),
            Map.entry("fresnel.learning.stored.ignored", "Stored values that hold nothing, or belong to nobody here."),
            Map.entry("fresnel.learning.flushes", "Calls that take what was learned to the store, or ask for more."),
            Map.entry("fresnel.learning.deltas.lost", "Pieces of evidence that will not reach the store."),
            Map.entry("fresnel.redis.up", "1 while Redis answers."),
            Map.entry("fresnel.redis.connections", "Connections made to Redis."),
            Map.entry("fresnel.redis.failures", "Redis operations without a result."),
            Map.entry("fresnel.lens.store.failures", "The store failed on a lens."),
            Map.entry("fresnel.store.problems", "The store was damaged or cannot be written."),
            Map.entry("fresnel.log.dropped", "Log lines lost."));

    private final MeterRegistry registry;
    private final BudgetMetrics budgets;
    private final Map<String, MultiGauge> tenantGauges = new ConcurrentHashMap<>();
    private final MultiGauge configInForce;
    private final List<LongSupplier> read = new CopyOnWriteArrayList<>();
    private final List<Supplier<Number>> gauges = new CopyOnWriteArrayList<>();

    /** Registers at zero what should never happen, so that its first time is seen as an increase. */
    public Metrics(MeterRegistry registry) {
        this.registry = registry;
        this.budgets = new BudgetMetrics(registry);
        this.configInForce = MultiGauge.builder("fresnel.config.info")
                .description(help("fresnel.config.info"))
                .register(registry);
        for (BypassReason reason : BypassReason.values()) {
            register("fresnel.bypass", "reason", reason.key());
        }
        for (TaskClassifier.Result result : TaskClassifier.Result.values()) {
            register("fresnel.classifier", "result", result.key());
        }
        for (LensEvent.Operation operation : LensEvent.Operation.values()) {
            register("fresnel.lens.store.failures", "operation", operation.key());
        }
        for (LensEvent.Retired.Next next : LensEvent.Retired.Next.values()) {
            register("fresnel.lens.retired", "next", next.key());
        }
        for (StoreTrouble trouble : StoreTrouble.values()) {
            register("fresnel.store.problems", "kind", trouble.key());
        }
    }

    /** Registers at zero what should never happen to a worker of the config, and what its tenants pay for beside answers. */
    public void expect(Set<String> workers, List<TenantId> tenants) {
        for (TenantId tenant : tenants) {
            register("fresnel.classifier.cost.usd", "tenant", tenant.value());
        }
        for (String worker : workers) {
            register("fresnel.arm.pauses", "arm", worker);
            for (String fault : List.of("empty", "invalid", "refused")) {
                for (Remedy remedy : Remedy.values()) {
                    register("fresnel.answers.rejected", "arm", worker, "fault", fault, "remedy", remedy.key());
                }
            }
        }
    }

    /** Registers what is read at each scrape about the config: whether its files say something that is not valid. */
    public void watchConfig(BooleanSupplier isRejected) {
        gauge("fresnel.config.rejected", () -> isRejected.getAsBoolean() ? 1 : 0);
        register("fresnel.config.reloads", "result", "applied");
        register("fresnel.config.reloads", "result", "rejected");
    }

    /** One series: the version in force. */
    public void onConfigInForce(String version) {
        configInForce.register(List.of(MultiGauge.Row.of(Tags.of("version", version), 1)), true);
    }

    public void onConfigRead(boolean valid) {
        counter("fresnel.config.reloads", "result", valid ? "applied" : "rejected");
    }

    public void onExchange(ExchangeEvent event) {
        switch (event) {
            case ExchangeEvent.Bypassed e -> counter("fresnel.bypass", "reason", e.reason());
            case ExchangeEvent.AnswerRejected e ->
                counter(
                        "fresnel.answers.rejected",
                        "arm",
                        e.arm(),
                        "fault",
                        e.fault(),
                        "remedy",
                        e.remedy().key());
            case ExchangeEvent.ArmPaused e -> counter("fresnel.arm.pauses", "arm", e.arm());
            case ExchangeEvent.DelegationStarted e -> {
                counter("fresnel.delegations", "tenant", e.tenant().value(), "arm", e.arm());
                counter("fresnel.lens.served", "how", how(e.lens()));
            }
            case ExchangeEvent.DelegationSkipped e ->
                counter("fresnel.delegations.skipped", "tenant", e.tenant().value(), "reason", e.reason());
            case ExchangeEvent.DelegationFinished e -> {
                counter(
                        "fresnel.delegations.finished",
                        "arm",
                        e.arm(),
                        "end",
                        e.end().key());
                e.saved().ifPresent(saved -> saved(e.tenant(), saved));
            }
            case ExchangeEvent.Finished e -> {
                // Nobody was asked: no arm did anything.
                String arm = e.end() == ExchangeEvent.End.DRY_RUN ? "dry-run" : e.arm();
                counter(
                        "fresnel.requests",
                        "tenant",
                        e.tenant().value(),
                        "arm",
                        arm,
                        "end",
                        e.end().key());
                e.cost().ifPresent(cost -> spent("fresnel.cost.usd", e.tenant(), cost));
                Timer.builder("fresnel.request.duration")
                        .description(help("fresnel.request.duration"))
                        .tag("arm", arm)
                        .register(registry)
                        .record(e.total());
            }
        }
    }

    public void onLens(LensEvent event) {
        switch (event) {
            case LensEvent.Created e -> {
                counter("fresnel.lens.builds", "tenant", e.tenant().value(), "result", "created");
                spent("fresnel.lens.cost.usd", e.tenant(), e.cost());
            }
            case LensEvent.Failed e -> {
                counter(
                        "fresnel.lens.builds",
                        "tenant",
                        e.tenant().value(),
                        "result",
                        e.failure().key());
                spent("fresnel.lens.cost.usd", e.tenant(), e.cost());
            }
            case LensEvent.Retired e ->
                counter("fresnel.lens.retired", "next", e.next().key());
            case LensEvent.StoreFailed e ->
                counter(
                        "fresnel.lens.store.failures",
                        "operation",
                        e.operation().key());
        }
    }

    public void onClassified(TaskClassifier.Result result) {
        counter("fresnel.classifier", "result", result.key());
    }

    public void onClassifierCost(TenantId tenant, Usd cost) {
        spent("fresnel.classifier.cost.usd", tenant, cost);
    }

    /** A request that was refused before anything was done for it. */
    public void onRefused(int status) {
        counter("fresnel.refusals", "status", Integer.toString(status));
    }

    public void onStoreProblem(StoreTrouble trouble) {
        counter("fresnel.store.problems", "kind", trouble.key());
    }

    /** Gauges and counters of the learned policy. */
    public void watchLearning(
            Supplier<LearnerCounts> learner, Supplier<SharingCounts> sharing, Supplier<PolicyCounts> policy) {
        Gauge.builder("fresnel.learning.open", () -> learner.get().open())
                .description(help("fresnel.learning.open"))
                .register(registry);
        counter("fresnel.learning.lessons", () -> learner.get().lessons());
        counter("fresnel.learning.dropped", () -> learner.get().dropped());
        counter("fresnel.learning.alarms", () -> learner.get().alarms());
        counter("fresnel.learning.repaired", () -> policy.get().repaired());
        gauge("fresnel.learning.signals.held", () -> learner.get().held());
        counter("fresnel.learning.signals.lost", () -> learner.get().lost());
        gauge("fresnel.learning.stale.seconds", () -> sharing.get().stale().toMillis() / 1e3);
        gauge("fresnel.learning.queued", () -> sharing.get().queued());
        gauge("fresnel.learning.stored.ignored", () -> sharing.get().ignored());
        counter("fresnel.learning.flushes", () -> sharing.get().applied(), "result", "applied");
        counter("fresnel.learning.flushes", () -> sharing.get().duplicates(), "result", "duplicate");
        counter("fresnel.learning.flushes", () -> sharing.get().failures(), "result", "failed");
        counter("fresnel.learning.deltas.lost", () -> sharing.get().refused(), "why", "refused");
        counter("fresnel.learning.deltas.lost", () -> sharing.get().dropped(), "why", "queue_full");
    }

    private void gauge(String name, Supplier<Number> value) {
        gauges.add(value);
        Gauge.builder(name, value).description(help(name)).register(registry);
    }

    /** One gauge per tenant: whether its delegation is paused, by an order for it or for everybody. */
    public void watchPauses(List<TenantId> tenants, Predicate<TenantId> isPaused) {
        perTenant("fresnel.delegation.paused", tenants, tenant -> isPaused.test(tenant) ? 1 : 0);
    }

    /** A gauge of these tenants; those of tenants that were there before are gone. */
    private void perTenant(String name, List<TenantId> tenants, ToDoubleFunction<TenantId> value) {
        tenantGauges
                .computeIfAbsent(
                        name,
                        _ -> MultiGauge.builder(name).description(help(name)).register(registry))
                .register(
                        tenants.stream()
                                .map(tenant -> MultiGauge.Row.of(
                                        Tags.of("tenant", tenant.value()), () -> value.applyAsDouble(tenant)))
                                .collect(Collectors.toList()),
                        true);
    }

    /**
     * Registers what is read at each scrape about answers.
     *
     * @param signals how often each sign of quality was heard
     * @param findings of answers checked against what their requests demand
     */
    public void watchAnswers(Map<ImplicitSignal, LongSupplier> signals, Map<String, LongSupplier> findings) {
        signals.forEach((signal, count) -> counter("fresnel.learning.signals", count, "signal", signal.key()));
        findings.forEach((finding, count) -> counter("fresnel.inspections", count, "finding", finding));
    }

    /**
     * Registers what is read at each scrape about judging; all of it stands at zero where nobody judges.
     *
     * @param nanos what it has cost so far, in nano-dollars
     */
    public void watchJudge(Map<Judgement, LongSupplier> judgements, LongSupplier nanos) {
        for (Judgement judgement : Judgement.values()) {
            counter("fresnel.judge.answers", judgements.getOrDefault(judgement, () -> 0), "result", judgement.key());
        }
        read.add(nanos);
        FunctionCounter.builder("fresnel.judge.cost.usd", nanos, cost -> cost.getAsLong() / 1e9)
                .description(help("fresnel.judge.cost.usd"))
                .register(registry);
    }

    /** Those of budgets. */
    public BudgetMetrics budgets() {
        return budgets;
    }

    /** A gauge per tenant that has a budget. */
    public void watchBudgets(ToDoubleFunction<TenantId> price, List<TenantId> tenants) {
        perTenant("fresnel.budget.price", tenants, price);
    }

    /** Registers what is read at each scrape about estimates. */
    public void watchEstimates(Supplier<UsageLearner.Counts> counts) {
        counter("fresnel.estimate.lengths", () -> counts.get().lengths());
        counter("fresnel.estimate.within.twofold", () -> counts.get().withinTwofold());
        counter("fresnel.estimate.exceeded", () -> counts.get().aboveP90());
        counter("fresnel.estimate.dropped", () -> counts.get().dropped());
    }

    /** The registry refers weakly to what it reads, and a supplier that is gone reads as 0: so they are held here. */
    private void counter(String name, LongSupplier value, String... tags) {
        read.add(value);
        FunctionCounter.builder(name, value, LongSupplier::getAsLong)
                .description(help(name))
                .tags(tags)
                .register(registry);
    }

    /** Registers what is read at each scrape. */
    public void watch(IntSupplier connections, IntSupplier running, LongSupplier droppedLines) {
        Gauge.builder("fresnel.connections", connections::getAsInt)
                .description(help("fresnel.connections"))
                .register(registry);
        Gauge.builder("fresnel.requests.running", running::getAsInt)
                .description(help("fresnel.requests.running"))
                .register(registry);
        counter("fresnel.log.dropped", droppedLines);
    }

    /**
     * Registers what is read at each scrape about Redis.
     *
     * @param failures operations that failed, by a kind from a closed set
     */
    public void watchRedis(BooleanSupplier up, LongSupplier connections, Map<String, LongSupplier> failures) {
        Gauge.builder("fresnel.redis.up", () -> up.getAsBoolean() ? 1 : 0)
                .description(help("fresnel.redis.up"))
                .register(registry);
        counter("fresnel.redis.connections", connections);
        failures.forEach((kind, count) -> counter("fresnel.redis.failures", count, "kind", kind));
    }

    private void counter(String name, String... tags) {
        register(name, tags).increment();
    }

    @CanIgnoreReturnValue
    private Counter register(String name, String... tags) {
        return Counter.builder(name).description(help(name)).tags(tags).register(registry);
    }

    /** Of {@code ID; hit}: which came from a closed set. */
    private static String how(String lens) {
        return lens.substring(lens.indexOf(' ') + 1);
    }

    private static String help(String name) {
        return HELP.getOrDefault(name, "");
    }

    private void spent(String name, TenantId tenant, Usd amount) {
        register(name, "tenant", tenant.value()).increment(amount.nanos() / 1e9);
    }

    /** Savings may be negative, counters may not: losses have their own series. */
    private void saved(TenantId tenant, Usd amount) {
        String sign = amount.isLessThan(Usd.ZERO) ? "loss" : "gain";
        register("fresnel.saved.usd", "tenant", tenant.value(), "sign", sign).increment(Math.abs(amount.nanos()) / 1e9);
    }
}
