package dev.fresnel.seed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.delegation.TaskKind;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Tier;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads one line. Keys that are not known are let pass; what is known must be right. */
final class SeedLine {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final int MAX_TEXT = 256;
    private static final long MAX_NUMBER = 1_000_000_000_000L;

    /** {@code WHAT} or {@code features.WHAT} to text, number, truth value; null and absent are alike. */
    private final Map<String, Object> values = new HashMap<>();

    private boolean dispatched;
    private String dispatch = "";
    private Optional<String> worker = Optional.empty();

    private SeedLine() {}

    /** Throws {@link BadSeedRow}. */
    static SeedRow read(String line) {
        SeedLine fields = new SeedLine();
        try (JsonParser json = JSON.createParser(line)) {
            require(json.nextToken() == JsonToken.START_OBJECT, "not a JSON object");
            fields.object("", json);
            require(json.nextToken() == null, "something follows the object");
        } catch (JsonProcessingException notJson) {
            throw new BadSeedRow("not JSON, or a key twice, at column "
                    + notJson.getLocation().getColumnNr());
        } catch (IOException impossible) {
            throw new BadSeedRow("cannot be read as JSON");
        }
        return fields.row();
    }

    private void object(String prefix, JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = prefix + json.currentName();
            JsonToken value = json.nextToken();
            if (name.equals("features")) {
                require(value == JsonToken.START_OBJECT, "'features' is not an object");
                object("features.", json);
            } else if (name.equals("dispatch")) {
                dispatch(value, json);
            } else {
                switch (value) {
                    case VALUE_STRING -> values.put(name, json.getText());
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> values.put(name, json.getDecimalValue());
                    case VALUE_TRUE, VALUE_FALSE -> values.put(name, json.getBooleanValue());
                    default -> json.skipChildren();
                }
            }
        }
    }

    private void dispatch(JsonToken token, JsonParser json) throws IOException {
        require(token == JsonToken.START_ARRAY, "'dispatch' is not an array");
        require(json.nextToken() == JsonToken.VALUE_STRING, "'dispatch' does not begin with \"local\" or \"delegate\"");
        dispatch = json.getText();
        JsonToken second = json.nextToken();
        if (second == JsonToken.VALUE_STRING) {
            worker = Optional.of(json.getText());
        }
        boolean two = second == JsonToken.VALUE_STRING || second == JsonToken.VALUE_NULL;
        require(two && json.nextToken() == JsonToken.END_ARRAY, "'dispatch' is not [kind, worker]");
        dispatched = true;
    }

    private SeedRow row() {
        require(
                number("schema")
                        .filter(BigDecimal.valueOf(SeedRow.SCHEMA)::equals)
                        .isPresent(),
                "'schema' is not 1");
        String id = text("id").orElseThrow(() -> new BadSeedRow("'id' is missing"));
        String source = text("source").orElseThrow(() -> new BadSeedRow("'source' is missing"));
        Optional<Boolean> succeeded = truth("succeeded");
        Optional<BigDecimal> score = number("score");
        require(
                score.map(given -> succeeded.isPresent() && succeeded.get() == given.doubleValue() >= 0.5)
                        .orElse(true),
                "'score' and 'succeeded' contradict each other");
        double reward = score.map(BigDecimal::doubleValue).orElseGet(() -> succeeded.orElse(false) ? 1.0 : 0.0);
        require(reward >= 0 && reward <= 1, "'score' is not from 0 to 1");
        double weight = number("weight").map(BigDecimal::doubleValue).orElse(1.0);
        require(weight > 0 && weight <= 1, "'weight' is not above 0 and at most 1");
        return new SeedRow(
                id,
                source,
                new SeedRow.Features(
                        text("features.task_kind").map(SeedLine::kind),
                        text("features.repo_fingerprint"),
                        whole("features.rough_token_estimate"),
                        whole("features.rough_input_tokens"),
                        text("features.parent_model_tier").map(SeedLine::tier)),
                arm(),
                wallTime(),
                whole("cost_tokens"),
                number("cost_usd").map(cost -> {
                    require(cost.signum() >= 0, "'cost_usd' is negative");
                    return cost;
                }),
                succeeded.isPresent() ? OptionalDouble.of(reward) : OptionalDouble.empty(),
                weight,
                text("strategy"),
                text("observed_at").map(SeedLine::instant));
    }

    private Arm arm() {
        require(dispatched, "'dispatch' is missing");
        return switch (dispatch) {
            case "local" -> {
                require(worker.isEmpty(), "'dispatch' names a worker, and is local");
                yield Arm.DIRECT;
            }
            case "delegate" ->
                new Arm(worker.filter(name -> !name.isEmpty() && name.length() <= MAX_TEXT)
                        .orElseThrow(() -> new BadSeedRow("'dispatch' names no worker")));
            default -> throw new BadSeedRow("'dispatch' does not begin with \"local\" or \"delegate\"");
        };
    }

    /** Milliseconds, or seconds under their older name. */
    private OptionalLong wallTime() {
        OptionalLong millis = whole("wall_time_ms");
        if (millis.isPresent() || number("wall_time").isEmpty()) {
            return millis;
        }
        BigDecimal fromSeconds = number("wall_time").get().movePointRight(3).setScale(0, RoundingMode.HALF_UP);
        return whole("wall_time", fromSeconds);
    }

    private static TaskKind kind(String key) {
        return TaskKind.ofKey(key)
                .orElseThrow(() -> new BadSeedRow("'task_kind' is none of " + String.join(", ", TaskKind.keys())));
    }

    private static Tier tier(String key) {
        return Arrays.stream(Tier.values())
                .filter(tier -> tier.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new BadSeedRow("'parent_model_tier' is none of small, medium, large, unknown"));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException noInstant) {
            throw new BadSeedRow("'observed_at' is no time such as 2026-11-20T08:00:00Z");
        }
    }

    private Optional<String> text(String name) {
        Object value = values.get(name);
        require(value == null || value instanceof String, "'" + name + "' is not text");
        Optional<String> text = Optional.ofNullable((String) value);
        require(
                text.map(given -> !given.isEmpty() && given.length() <= MAX_TEXT)
                        .orElse(true),
                "'" + name + "' is empty or longer than " + MAX_TEXT + " characters");
        return text;
    }

    private Optional<BigDecimal> number(String name) {
        Object value = values.get(name);
        require(value == null || value instanceof BigDecimal, "'" + name + "' is not a number");
        Optional<BigDecimal> number = Optional.ofNullable((BigDecimal) value);
        // Before anybody spells out 1e999999999.
        require(
                number.map(given -> given.signum() == 0
                                || (Math.abs((long) given.precision() - given.scale()) <= 30 && given.scale() <= 30))
                        .orElse(true),
                "'" + name + "' is out of all proportion");
        return number;
    }

    private Optional<Boolean> truth(String name) {
        Object value = values.get(name);
        require(value == null || value instanceof Boolean, "'" + name + "' is not true, false or null");
        return Optional.ofNullable((Boolean) value);
    }

    private OptionalLong whole(String name) {
        return number(name).map(value -> whole(name, value)).orElseGet(OptionalLong::empty);
    }

    private static OptionalLong whole(String name, BigDecimal value) {
        boolean isWhole = value.signum() >= 0
                && value.compareTo(BigDecimal.valueOf(MAX_NUMBER)) <= 0
                && value.stripTrailingZeros().scale() <= 0;
        require(isWhole, "'" + name + "' is not a whole number from 0 to " + MAX_NUMBER);
        return OptionalLong.of(value.longValue());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new BadSeedRow(otherwise);
        }
    }
}
