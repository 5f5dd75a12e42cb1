package dev.fresnel.observe;

import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.exchange.Refusal;
import dev.fresnel.exchange.TaskClassifier;
import dev.fresnel.judge.Judge;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.pause.PauseChange;
import dev.fresnel.pause.PauseOrder;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Events as JSON, one object a line: to the log and to the window of recent events. Field names are the ones of RFC-137 where
 * it has them. Thread-safe.
 */
public final class EventLog {
    /** Whether each exchange leaves an access line. */
    public enum Access {
        ON,
        OFF
    }

    private final LineWriter writer;
    private final EventWindow window;
    private final InstantSource clock;
    private final Access access;

    public EventLog(LineWriter writer, EventWindow window, InstantSource clock, Access access) {
        this.writer = writer;
        this.window = window;
        this.clock = clock;
        this.access = access;
    }

    public void onExchange(ExchangeEvent event) {
        if (event instanceof ExchangeEvent.Finished && access == Access.OFF) {
            return;
        }
        String line = json(event);
        // The window first: who sees the line finds the event there.
        if (!(event instanceof ExchangeEvent.Finished)) {
            window.add(line);
        }
        writer.write(line);
    }

    /** To the log only: whoever has no key must not push the events of others out of the window. */
    public void onRefused(Refusal refusal) {
        if (access == Access.OFF) {
            return;
        }
        writer.write(new JsonLine()
                .text("type", "request_refused")
                .text("at", clock.instant().toString())
                .text("request_id", refusal.request().value())
                .text("tenant", refusal.tenant())
                .text("key_name", refusal.key())
                .text("method", refusal.method())
                .text("path", refusal.path())
                .number("status", refusal.status())
                .text("error", refusal.code())
                .end());
    }

    /** A limit came into a worse state. */
    public void onBudget(BudgetStanding standing) {
        String line = new JsonLine()
                .text("type", "budget_" + standing.state().key())
                .text("at", clock.instant().toString())
                .text("tenant", standing.account().tenant().value())
                .text("key_name", standing.account().key())
                .text("period", standing.period().key())
                .text("window", standing.window())
                .raw("limit_usd", standing.limit().toString())
                .raw("spent_usd", standing.spent().toString())
                .raw("reserved_usd", standing.reserved().toString())
                .end();
        window.add(line);
        writer.write(line);
    }

    public void onLens(LensEvent event) {
        String line = json(event, clock.instant().toString());
        window.add(line);
        writer.write(line);
    }

    /** The audit trail of what an operator changed. */
    public void onAdminAction(String action, Optional<TenantId> tenant, String subject, String by) {
        String line = new JsonLine()
                .text("type", "admin_action")
                .text("at", clock.instant().toString())
                .text("action", action)
                .text("tenant", tenant)
                .text("subject", subject)
                .text("by", by)
                .end();
        window.add(line);
        writer.write(line);
    }

    /** Requests that arrive from now on are served by another config. */
    public void onConfigApplied(String version, List<String> needingRestart, List<String> warnings) {
        config(new JsonLine()
                .text("type", "config_applied")
                .text("at", clock.instant().toString())
                .text("version", version)
                .texts("needs_restart", needingRestart)
                .texts("warnings", warnings));
    }

    /** The config files are not valid, and the version that was in force still is. */
    public void onConfigRejected(String version, List<String> problems) {
        config(new JsonLine()
                .text("type", "config_rejected")
                .text("at", clock.instant().toString())
                .text("in_force", version)
                .texts("problems", problems));
    }

    private void config(JsonLine event) {
        String line = event.end();
        writer.write(line);
        window.add(line);
    }

    /** The audit trail of the kill switch. */
    public void onPause(PauseChange change) {
        PauseOrder order = change.after();
        String line = new JsonLine()
                .text("type", order.state() == PauseOrder.State.PAUSED ? "delegation_paused" : "delegation_resumed")
                .text("at", clock.instant().toString())
                .text("tenant", change.scope().tenant())
                .text("by", order.by())
                .text("ordered_at", order.at().toString())
                .text("reason", order.reason())
                .text("before", change.stateBefore().key())
                .text("after", order.state().key())
                .text("source", change.source().name().toLowerCase(Locale.ROOT))
                .end();
        writer.write(line);
        window.add(line);
    }

    public void onStoreProblem(StoreTrouble trouble, String message) {
        String line = new JsonLine()
                .text("type", "store_problem")
                .text("at", clock.instant().toString())
                .text("kind", trouble.key())
                .text("message", message)
                .end();
        window.add(line);
        writer.write(line);
    }

    /** An answer that was drawn to be judged has no score. */
    public void onJudgeFailed(Judge.Failure failure) {
        ownCallFailed(
                "judge_failed",
                failure.request(),
                failure.tenant(),
                failure.model(),
                failure.judgement().key(),
                failure.detail(),
                failure.cost());
    }

    /** A model that was asked for the kind of a task named none. */
    public void onClassifierFailed(TaskClassifier.Failure failure) {
        ownCallFailed(
                "classifier_failed",
                failure.request(),
                failure.tenant(),
                failure.model(),
                failure.result().key(),
                failure.detail(),
                failure.cost());
    }

    private void ownCallFailed(
            String type, RequestId request, TenantId tenant, ModelName model, String reason, String detail, Usd cost) {
        String line = new JsonLine()
                .text("type", type)
                .text("at", clock.instant().toString())
                .text("request_id", request.value())
                .text("tenant", tenant.value())
                .text("model", model.value())
                .text("reason", reason)
                .text("detail", detail)
                .raw("cost_usd", cost.toString())
                .end();
        window.add(line);
        writer.write(line);
    }

    static String json(LensEvent event, String at) {
        JsonLine line = new JsonLine().text("type", type(event)).text("at", at);
        return switch (event) {
            case LensEvent.Created e ->
                written(line, e.requestId(), e.tenant(), e.key())
                        .text("lens", e.id().value())
                        .text("task_scope", e.scope())
                        .number("heuristics_count", e.counts().heuristics())
                        .number("patterns_count", e.counts().patterns())
                        .number("anti_patterns_count", e.counts().antiPatterns())
                        .number("constraints_count", e.counts().constraints())
                        .number("examples_count", e.counts().examples())
                        .text("generated_by", e.generatedBy())
                        .text("template_version", e.templateVersion())
                        .text("cache_state", e.cause().key())
                        .number("attempts", e.attempts())
                        .texts("repairs", e.repairs())
                        .number("input_tokens", e.usage().inputTokens())
                        .number("output_tokens", e.usage().outputTokens())
                        .raw("cost_usd", e.cost().toString())
                        .number("ms", e.took().toMillis())
                        .end();
            case LensEvent.Failed e ->
                written(line, e.requestId(), e.tenant(), e.key())
                        .text("reason", e.failure().key())
                        .text("detail", e.detail())
                        .number("attempts", e.attempts())
                        .number("input_tokens", e.usage().inputTokens())
                        .number("output_tokens", e.usage().outputTokens())
                        .raw("cost_usd", e.cost().toString())
                        .number("ms", e.took().toMillis())
                        .end();
            case LensEvent.Retired e ->
                line.text("tenant", e.tenant().value())
                        .text("key", e.key())
                        .text("lens", e.id().value())
                        .text("worker_model", e.worker())
                        .number("outcomes", e.answers())
                        .raw("lift", decimal(e.lift()))
                        .raw("harm_probability", decimal(e.harm()))
                        .text("compared_with", e.comparedWith())
                        .text("next", e.next().key())
                        .end();
            case LensEvent.StoreFailed e ->
                line.text("tenant", e.tenant().value())
                        .text("key", e.key())
                        .text("operation", e.operation().key())
                        .text("detail", e.detail())
                        .end();
        };
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static JsonLine written(JsonLine line, RequestId request, TenantId tenant, String key) {
        return line.text("request_id", request.value())
                .text("tenant", tenant.value())
                .text("key", key);
    }

    private static String type(LensEvent event) {
        return switch (event) {
            case LensEvent.Created _ -> "ephemeral_lens_created";
            case LensEvent.Failed _ -> "lens_failed";
            case LensEvent.Retired _ -> "lens_retired";
            case LensEvent.StoreFailed _ -> "lens_store_failed";
        };
    }

    static String json(ExchangeEvent event) {
        JsonLine line = new JsonLine()
                .text("type", type(event))
                .text("at", event.at().toString())
                .text("request_id", event.request().value())
                .text("tenant", event.tenant().value());
        switch (event) {
            case ExchangeEvent.DelegationStarted e ->
                line.text("task_description", e.taskDescription())
                        .text("smart_model", e.smartModel())
                        .text("delegation_model", e.delegationModel())
                        .text("arm", e.arm())
                        .text("reason", String.join(",", e.reasons()))
                        .number("estimated_tokens", e.estimatedTokens())
                        .text("lens", e.lens());
            case ExchangeEvent.DelegationSkipped e ->
                line.text("reason", e.reason())
                        .texts("reasons", e.reasons())
                        .text("would_be", e.wouldBe())
                        .number("estimated_tokens", e.estimatedTokens());
            case ExchangeEvent.DelegationFinished e -> {
                line.text("arm", e.arm())
                        .text("end", e.end().key())
                        .text("requested_model", e.requestedModel())
                        .text("delegation_model", e.delegationModel())
                        .text("answered_by", e.answeredBy())
                        .number("attempts", e.attempts());
                usage(line, e.usage(), e.measured())
                        .raw("cost_usd", dollars(e.cost()))
                        .raw("lens_cost_usd", e.lensCost().toString())
                        .raw("counterfactual_usd", dollars(e.counterfactual()))
                        .raw("saved_usd", dollars(e.saved()))
                        .text("lens", e.lens());
            }
            case ExchangeEvent.Bypassed e -> line.text("reason", e.reason());
            case ExchangeEvent.AnswerRejected e ->
                line.text("arm", e.arm())
                        .text("fault", e.fault())
                        .text("remedy", e.remedy().key())
                        .raw("lost_usd", e.lost().toString());
            case ExchangeEvent.ArmPaused e ->
                line.text("arm", e.arm()).number("seconds", e.pause().toSeconds());
            case ExchangeEvent.Finished e -> {
                line.text("key_name", e.key())
                        .text("path", e.path())
                        .number("status", e.status())
                        .text("end", e.end().key())
                        .text("error", e.error())
                        .text("requested_model", e.requestedModel())
                        .text("answered_by", e.answeredBy())
                        .text("mode", e.mode())
                        .text("arm", e.arm())
                        .text(
                                "reason",
                                Optional.of(e.reasons())
                                        .filter(all -> !all.isEmpty())
                                        .map(all -> String.join(",", all)))
                        .number("attempts", e.attempts());
                usage(line, e.usage(), e.measured())
                        .raw("cost_usd", dollars(e.cost()))
                        .raw("lens_cost_usd", e.lensCost().toString())
                        .raw(
                                "ttft_ms",
                                e.timeToFirstToken()
                                        .map(d -> Long.toString(d.toMillis()))
                                        .orElse("null"))
                        .number("total_ms", e.total().toMillis());
            }
        }
        return line.end();
    }

    private static JsonLine usage(JsonLine line, Usage usage, boolean measured) {
        return line.number("input_tokens", usage.inputTokens())
                .number("cached_input_tokens", usage.cachedInputTokens())
                .number("output_tokens", usage.outputTokens())
                .number("reasoning_tokens", usage.reasoningTokens())
                .flag("usage_measured", measured);
    }

    private static String dollars(Optional<Usd> amount) {
        return amount.map(Usd::toString).orElse("null");
    }

    private static String type(ExchangeEvent event) {
        return switch (event) {
            case ExchangeEvent.DelegationStarted _ -> "delegation_started";
            case ExchangeEvent.DelegationSkipped _ -> "delegation_skipped";
            case ExchangeEvent.DelegationFinished _ -> "delegation_finished";
            case ExchangeEvent.Bypassed _ -> "bypassed";
            case ExchangeEvent.AnswerRejected _ -> "answer_rejected";
            case ExchangeEvent.ArmPaused _ -> "arm_paused";
            case ExchangeEvent.Finished _ -> "request_finished";
        };
    }
}
