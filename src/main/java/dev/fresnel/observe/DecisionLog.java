package dev.fresnel.observe;

import dev.fresnel.delegation.Learning;
import dev.fresnel.outcome.DecisionRecord;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Decisions of the learned policy and their outcomes as JSON lines, with the exact probabilities they were drawn from: what {@code
 * fresnel replay log} reads. A revised outcome is another line with the same {@code id}; the last one stands. Holds no text of a
 * client. Thread-safe.
 */
public final class DecisionLog {
    private final LineWriter lines;

    public DecisionLog(LineWriter lines) {
        this.lines = lines;
    }

    public void on(DecisionRecord record) {
        Learning learning = record.learning();
        List<Learning.Odds> odds = learning.odds();
        JsonLine line = new JsonLine();
        line.number("v", 1);
        line.text("id", record.decision().value());
        line.raw("t", seconds(record.decided()));
        line.text("tenant", record.tenant().value());
        line.text("conversation", record.decision().value());
        line.text("population", learning.key().context().population());
        line.text("task", learning.key().context().task());
        line.text("leaf", learning.key().context().leaf());
        line.texts("arms", odds.stream().map(odd -> odd.arm().name()).toList());
        line.raw("p", numbers(odds, Learning.Odds::probability));
        line.text("arm", learning.key().arm().name());
        learning.counterfactual().ifPresent(shadow -> {
            line.text("would_be", shadow.arm().name());
            line.raw("p_would_be", numbers(odds, odd -> shadow.probabilities().getOrDefault(odd.arm(), 0.0)));
        });
        learning.trial()
                .ifPresent(trial -> line.text("trial", trial.side().name().toLowerCase(Locale.ROOT)));
        if (!learning.isTaught()) {
            line.text("decided_by", "rules");
        }
        line.raw("cost_expected_usd", numbers(odds, Learning.Odds::expectedUsd));
        line.raw("cost_usd", record.spent().cost().map(Object::toString).orElse("null"));
        line.number("input_tokens", record.spent().inputTokens());
        line.number("output_tokens", record.spent().outputTokens());
        line.number("wall_time_ms", record.wallTime().toMillis());
        line.number("turns", record.turns());
        line.raw("outcomes", outcomes(record));
        line.text("why", record.why());
        record.label().ifPresent(label -> line.text("label", label));
        record.judgeProbability().ifPresent(probability -> line.raw("judge_p", Double.toString(probability)));
        lines.write(line.end());
    }

    private static String outcomes(DecisionRecord record) {
        if (record.reward().isEmpty()) {
            return "[]";
        }
        return "[{\"signal\":\"" + record.why() + "\",\"y\":" + record.reward().getAsDouble() + ",\"w\":"
                + record.weight() + ",\"t\":" + seconds(record.ended()) + "}]";
    }

    private static String numbers(List<Learning.Odds> odds, ToDoubleFunction<Learning.Odds> of) {
        return odds.stream()
                .mapToDouble(of)
                .mapToObj(number -> Double.isFinite(number) ? Double.toString(number) : "null")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String seconds(Instant instant) {
        return String.format(Locale.ROOT, "%d.%03d", instant.getEpochSecond(), instant.getNano() / 1_000_000);
    }
}
