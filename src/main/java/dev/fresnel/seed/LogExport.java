package dev.fresnel.seed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.delegation.TaskFeatures;
import dev.fresnel.policy.Arm;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The decisions of a decision log as {@link SeedRow}s: what the gateway has learned by itself, for another to start from. Sizes are those of
 * the buckets, the repository is the fingerprint. Decisions that were told again are rows once, with their last outcome. Immutable.
 *
 * @param rows in the order of their decisions
 * @param problems of lines that are no decision, with their numbers: the first {@value #MAX_PROBLEMS}
 * @param badLines how many such lines there are
 */
public record LogExport(List<SeedRow> rows, List<String> problems, long badLines) {
    static final int MAX_PROBLEMS = 20;

    /** What an exported row says of where it comes from. */
    public static final String SOURCE = "fresnel decision log";

    private static final JsonFactory JSON = new JsonFactory();

    public LogExport {
        rows = List.copyOf(rows);
        problems = List.copyOf(problems);
    }

    /** {@link IOException} when the log cannot be read. */
    public static LogExport of(Path log) throws IOException {
        Map<String, SeedRow> rows = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(log, StandardCharsets.UTF_8)) {
            long number = 0;
            long badLines = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                if (!line.isBlank()) {
                    try {
                        SeedRow row = Line.read(line).row();
                        rows.put(row.id(), row);
                    } catch (BadSeedRow e) {
                        badLines++;
                        if (problems.size() < MAX_PROBLEMS) {
                            problems.add("line " + number + ": " + e.reason());
                        }
                    }
                }
            }
            return new LogExport(List.copyOf(rows.values()), problems, badLines);
        }
    }

    /** One line of the log while it is read. */
    private static final class Line {
        private final Map<String, String> texts = new LinkedHashMap<>();
        private final Map<String, BigDecimal> numbers = new LinkedHashMap<>();

        static Line read(String text) {
            Line line = new Line();
            try (JsonParser json = JSON.createParser(text)) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw new BadSeedRow("not a JSON object");
                }
                line.object("", json);
            } catch (IOException notJson) {
                throw new BadSeedRow("not JSON");
            }
            return line;
        }

        private void object(String prefix, JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = prefix + json.currentName();
                JsonToken value = json.nextToken();
                if (value == JsonToken.VALUE_STRING) {
                    texts.put(name, json.getText());
                } else if (value.isNumeric()) {
                    numbers.put(name, json.getDecimalValue());
                } else if (name.equals("outcomes") && value == JsonToken.START_ARRAY) {
                    // The last outcome stands.
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        object("outcome.", json);
                    }
                } else {
                    json.skipChildren();
                }
            }
        }

        SeedRow row() {
            String tenant = text("tenant");
            Optional<BigDecimal> reward = Optional.ofNullable(numbers.get("outcome.y"));
            double weight = Optional.ofNullable(numbers.get("outcome.w"))
                    .map(BigDecimal::doubleValue)
                    .orElse(1.0);
            String leaf = texts.getOrDefault("leaf", "");
            TaskFeatures.Named named = TaskFeatures.named(text("task"))
                    .orElseThrow(() -> new BadSeedRow("'task' names no features of this version"));
            return new SeedRow(
                    tenant + "/" + text("id"),
                    SOURCE,
                    new SeedRow.Features(
                            named.kind(),
                            leaf.startsWith(tenant + "/")
                                    ? Optional.of(leaf.substring(tenant.length() + 1))
                                    : Optional.empty(),
                            named.outputBucket(),
                            named.inputBucket(),
                            named.tier()),
                    new Arm(text("arm")),
                    whole("wall_time_ms"),
                    tokens(),
                    Optional.ofNullable(numbers.get("cost_usd")),
                    reward.map(y -> OptionalDouble.of(Math.clamp(y.doubleValue(), 0, 1)))
                            .orElseGet(OptionalDouble::empty),
                    weight > 0 && weight <= 1 ? weight : 1,
                    Optional.empty(),
                    Optional.of(time()));
        }

        private Instant time() {
            BigDecimal seconds =
                    Optional.ofNullable(numbers.get("t")).orElseThrow(() -> new BadSeedRow("'t' is missing"));
            return Instant.ofEpochMilli(seconds.movePointRight(3).longValue());
        }

        private OptionalLong tokens() {
            OptionalLong input = whole("input_tokens");
            OptionalLong output = whole("output_tokens");
            return input.isPresent() && output.isPresent()
                    ? OptionalLong.of(input.getAsLong() + output.getAsLong())
                    : OptionalLong.empty();
        }

        private OptionalLong whole(String name) {
            return Optional.ofNullable(numbers.get(name))
                    .map(value -> OptionalLong.of(Math.max(0, value.longValue())))
                    .orElseGet(OptionalLong::empty);
        }

        private String text(String name) {
            return Optional.ofNullable(texts.get(name)).orElseThrow(() -> new BadSeedRow("'" + name + "' is missing"));
        }
    }
}
