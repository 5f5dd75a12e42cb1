package dev.fresnel.seed;

import dev.fresnel.chat.JsonText;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Tier;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One task that somebody had done, and what came of it: a JSON object on a line of its own.
 *
 * <pre>
 * {"schema":1,"id":"run-7","source":"nightly eval","features":{"task_kind":"debug","repo_fingerprint":null,"rough_token_estimate":700,
 *  "parent_model_tier":"large"},"dispatch":["delegate","fast-worker"],"wall_time_ms":5300,"cost_tokens":1210,"cost_usd":0.0007,
 *  "succeeded":true,"weight":1,"strategy":"always-delegate","observed_at":"2026-11-20T08:00:00Z"}
 * </pre>
 *
 * Beyond issue #9557's fields, a row may have {@code score} (0 to 1, where success has degrees) and, among the features, {@code
 * rough_input_tokens}.
 *
 * @param id names the row; one that is given again is not loaded again
 * @param source where the row comes from, in the words of whoever made it
 * @param reward {@code score}, else 1 for success and 0 for failure; empty where {@code succeeded} is null: such a row tells time and cost
 * @param weight of the row, above 0.0, at most 1.0
 * @param observedAt when it was recorded; empty: as old as its file
 */
public record SeedRow(
        String id,
        String source,
        Features features,
        Arm arm,
        OptionalLong wallTimeMillis,
        OptionalLong costTokens,
        Optional<BigDecimal> costUsd,
        OptionalDouble reward,
        double weight,
        Optional<String> strategy,
        Optional<Instant> observedAt) {
    static final int SCHEMA = 1;

    /** What was known of the task beforehand. What a row does not say it is not used for. */
    public record Features(
            Optional<TaskKind> kind,
            Optional<String> repo,
            OptionalLong outputTokens,
            OptionalLong inputTokens,
            Optional<Tier> tier) {}

    /** The row as a line, without its end. */
    public String json() {
        return "{\"schema\":" + SCHEMA
                + ",\"id\":" + JsonText.quote(id)
                + ",\"source\":" + JsonText.quote(source)
                + ",\"features\":{\"task_kind\":"
                + text(features.kind().map(TaskKind::key))
                + ",\"repo_fingerprint\":" + text(features.repo())
                + ",\"rough_token_estimate\":" + number(features.outputTokens())
                + ",\"rough_input_tokens\":" + number(features.inputTokens())
                + ",\"parent_model_tier\":"
                + text(features.tier().map(Tier::key))
                + "},\"dispatch\":"
                + (arm.isDirect() ? "[\"local\",null]" : "[\"delegate\"," + JsonText.quote(arm.name()) + "]")
                + ",\"wall_time_ms\":" + number(wallTimeMillis)
                + ",\"cost_tokens\":" + number(costTokens)
                + ",\"cost_usd\":" + costUsd.map(BigDecimal::toPlainString).orElse("null")
                + ",\"succeeded\":" + (reward.isEmpty() ? "null" : Boolean.toString(reward.getAsDouble() >= 0.5))
                + (reward.isEmpty() ? "" : ",\"score\":" + reward.getAsDouble())
                + ",\"weight\":" + weight
                + ",\"strategy\":" + text(strategy)
                + ",\"observed_at\":" + text(observedAt)
                + "}";
    }

    private static String text(Optional<?> value) {
        return value.map(Object::toString).map(JsonText::quote).orElse("null");
    }

    private static String number(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "null";
    }
}
