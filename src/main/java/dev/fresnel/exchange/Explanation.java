package dev.fresnel.exchange;

import dev.fresnel.chat.JsonText;
import dev.fresnel.delegation.ArmRow;
import dev.fresnel.delegation.Assessment;
import dev.fresnel.delegation.BreakEven;
import dev.fresnel.delegation.Learning;
import dev.fresnel.delegation.Obstacle;
import dev.fresnel.delegation.RuleCheck;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Standings;
import dev.fresnel.value.Usd;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** An assessment as JSON: what was decided, from which numbers, and what else was possible. Holds no text of the client. */
public final class Explanation {
    /** Longest trace that is put into a reply header; common servers take 8 KiB of headers in all. */
    private static final int MAX_HEADER_CHARS = 4000;

    private Explanation() {}

    public static String json(Assessment assessment) {
        return "{\"decision\":{\"arm\":"
                + JsonText.quote(assessment.decision().arm().name())
                + ",\"preferred\":"
                + JsonText.quote(assessment.decision().preferred().name())
                + ",\"reasons\":" + array(assessment.decision().reasons().stream(), r -> JsonText.quote(r.key()))
                + ",\"propensities\":"
                + probabilities(assessment.decision().propensities())
                + ",\"counterfactual\":"
                + assessment
                        .learning()
                        .flatMap(Learning::counterfactual)
                        .map(shadow -> probabilities(shadow.probabilities()))
                        .orElse("null")
                + "},\"features\":{\"task_kind\":"
                + JsonText.quote(assessment.features().kind().key())
                + ",\"task_kind_from\":"
                + JsonText.quote(assessment.features().kindSource().key())
                + ",\"repo_fingerprint\":"
                + JsonText.quote(assessment.features().repo().shortForm())
                + ",\"input_bucket\":" + assessment.features().inputBucket()
                + ",\"output_bucket\":" + assessment.features().outputBucket()
                + ",\"parent_model_tier\":"
                + JsonText.quote(assessment.features().requestedTier().key())
                + "},\"estimates\":{\"input_tokens\":" + assessment.estimates().inputTokens()
                + ",\"output_tokens_median\":" + assessment.estimates().output().l50()
                + ",\"output_tokens_p90\":" + assessment.estimates().output().l90()
                + ",\"reasoning_tokens_median\":"
                + assessment.estimates().output().reasoning()
                + "},\"learned\":"
                + assessment.learning().map(Explanation::learned).orElse("null")
                + ",\"rules\":" + array(assessment.rules().stream(), Explanation::rule)
                + ",\"arms\":" + array(assessment.arms().stream(), Explanation::arm) + "}";
    }

    /** {@link #json} in a form that a header can carry, or a note that it is too long for one. */
    static String header(Assessment assessment) {
        String json = json(assessment);
        if (json.length() > MAX_HEADER_CHARS) {
            return "{\"too_long\":" + json.length() + ",\"see\":\"x-fresnel-explain: dry-run\"}";
        }
        StringBuilder ascii = new StringBuilder(json.length());
        json.chars()
                .forEach(c -> ascii.append(
                        c > 0x7e ? String.format(Locale.ROOT, "\\u%04x", c) : Character.toString((char) c)));
        return ascii.toString();
    }

    /** Milliseconds with microsecond digits, for {@code x-fresnel-overhead-ms}. */
    static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.3f", duration.toNanos() / 1e6);
    }

    private static String probabilities(Map<Arm, Double> byArm) {
        return byArm.entrySet().stream()
                .map(e -> JsonText.quote(e.getKey().name()) + ":" + e.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String learned(Learning learning) {
        return "{\"task\":" + JsonText.quote(learning.key().context().task())
                + ",\"leaf\":" + JsonText.quote(learning.key().context().leaf())
                + ",\"arms\":" + array(learning.standings().stream(), Explanation::standing) + "}";
    }

    private static String standing(Standings.Standing standing) {
        return "{\"arm\":" + JsonText.quote(standing.arm().name())
                + ",\"quality\":" + number(standing.quality())
                + ",\"deviation\":" + number(standing.deviation())
                + ",\"pulls\":" + number(standing.pulls())
                + ",\"pending\":" + number(standing.pending())
                + ",\"price\":" + number(standing.price())
                + ",\"score\":" + number(standing.score())
                + ",\"probability\":" + standing.probability()
                + ",\"held\":" + standing.held() + "}";
    }

    /** Six digits are plenty to read; JSON has no infinity. */
    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.6f", value) : "null";
    }

    private static String rule(RuleCheck check) {
        return "{\"rule\":" + JsonText.quote(check.rule().key())
                + ",\"outcome\":" + JsonText.quote(check.outcome().name().toLowerCase(Locale.ROOT))
                + ",\"numbers\":" + JsonText.quote(check.numbers()) + "}";
    }

    private static String arm(ArmRow row) {
        return "{\"arm\":" + JsonText.quote(row.arm().name())
                + ",\"model\":"
                + row.model().map(m -> JsonText.quote(m.name().value())).orElse("null")
                + ",\"feasible\":" + row.feasible()
                + ",\"expected_cost_usd\":" + usd(row.expectedCost())
                + ",\"lens_cost_usd\":" + usd(row.lensCost())
                + ",\"missed_saving_usd\":" + usd(row.missed())
                + ",\"expected_saving_usd\":" + usd(row.expectedSaving())
                + ",\"break_even\":"
                + row.breakEven().map(BreakEven::text).map(JsonText::quote).orElse("null")
                + ",\"worst_case_usd\":" + usd(row.worstCase())
                + ",\"obstacles\":" + array(row.obstacles().stream(), Explanation::obstacle) + "}";
    }

    private static String obstacle(Obstacle obstacle) {
        return "{\"reason\":" + JsonText.quote(obstacle.reason().key()) + ",\"detail\":"
                + JsonText.quote(obstacle.detail()) + "}";
    }

    private static String usd(Optional<Usd> amount) {
        return amount.map(Usd::toString).orElse("null");
    }

    private static <T> String array(java.util.stream.Stream<T> items, java.util.function.Function<T, String> form) {
        return items.map(form).collect(Collectors.joining(",", "[", "]"));
    }
}
