package dev.fresnel.observe;

import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.value.Usd;
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
    private final Access access;

    public EventLog(LineWriter writer, EventWindow window, Access access) {
        this.writer = writer;
        this.window = window;
        this.access = access;
    }

    public void onExchange(ExchangeEvent event) {
        if (event instanceof ExchangeEvent.Finished && access == Access.OFF) {
            return;
        }
        String line = json(event);
        writer.write(line);
        if (!(event instanceof ExchangeEvent.Finished)) {
            window.add(line);
        }
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
                        .raw("cost_usd", e.cost().toString())
                        .raw("lens_cost_usd", e.lensCost().toString())
                        .raw("counterfactual_usd", dollars(e.counterfactual()))
                        .raw("saved_usd", dollars(e.saved()))
                        .text("lens", e.lens());
            }
            case ExchangeEvent.Bypassed e -> line.text("reason", e.reason());
            case ExchangeEvent.Finished e -> {
                line.text("path", e.path())
                        .number("status", e.status())
                        .text("end", e.end().key())
                        .text("requested_model", e.requestedModel())
                        .text("answered_by", e.answeredBy())
                        .text("arm", e.arm())
                        .text("reason", e.reason())
                        .number("attempts", e.attempts());
                usage(line, e.usage(), e.measured())
                        .raw("cost_usd", e.cost().toString())
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
            case ExchangeEvent.Finished _ -> "request_finished";
        };
    }
}
