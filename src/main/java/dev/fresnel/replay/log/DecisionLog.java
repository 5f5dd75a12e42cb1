package dev.fresnel.replay.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The rows of a decision log, and what had to be left out. Immutable.
 *
 * @param rows in file order
 * @param skipped one sentence per bad line, with its number
 */
public record DecisionLog(List<LogRow> rows, List<String> skipped) {
    private static final JsonFactory JSON = new JsonFactory();

    public DecisionLog {
        rows = List.copyOf(rows);
        skipped = List.copyOf(skipped);
    }

    /** Reads JSON lines. {@link IOException} when the file cannot be read; a bad line is skipped. */
    public static DecisionLog read(Path file) throws IOException {
        // A line whose id came before revises it: the last one stands, in the first one's place.
        Map<String, LogRow> rows = new LinkedHashMap<>();
        List<String> skipped = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            long number = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                try {
                    LogRow row = row(line);
                    rows.put(row.tenant() + " " + row.id(), row);
                } catch (BadLogRow e) {
                    skipped.add("line " + number + ": " + e.getMessage());
                }
            }
        }
        return new DecisionLog(List.copyOf(rows.values()), skipped);
    }

    private static LogRow row(String line) {
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BadLogRow("not a JSON object");
            }
            Fields fields = new Fields();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                fields.take(parser.currentName(), parser);
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                throw new BadLogRow("not one JSON object");
            }
            return fields.row();
        } catch (JsonProcessingException e) {
            throw new BadLogRow("not JSON, column " + e.getLocation().getColumnNr());
        } catch (IOException e) {
            throw new BadLogRow("cannot be read as JSON");
        }
    }

    /** The fields of one line while it is read. */
    private static final class Fields {
        private String id = "";
        private double time = Double.NaN;
        private String tenant = "";
        private String conversation = "";
        private String task = "";
        private List<String> arms = List.of();
        private List<Double> p = List.of();
        private String arm = "";
        private LogRow.Turn turn = LogRow.Turn.DECIDED;
        private List<Double> expected = List.of();
        private OptionalDouble cost = OptionalDouble.empty();
        private OptionalDouble reward = OptionalDouble.empty();

        void take(String name, JsonParser parser) throws IOException {
            JsonToken token = parser.nextToken();
            switch (name) {
                case "v" -> require(token == JsonToken.VALUE_NUMBER_INT && parser.getIntValue() == 1, "'v' is not 1");
                case "id" -> id = text(name, token, parser);
                case "t" -> time = number(name, token, parser);
                case "tenant" -> tenant = text(name, token, parser);
                case "conversation" -> conversation = token == JsonToken.VALUE_NULL ? "" : text(name, token, parser);
                case "task" -> task = text(name, token, parser);
                case "arm" -> arm = text(name, token, parser);
                case "arms" -> arms = texts(name, token, parser);
                case "p" -> p = numbers(name, token, parser);
                case "cost_expected_usd" -> expected = numbers(name, token, parser);
                case "cost_usd" -> cost = optional(name, token, parser);
                case "inherited" -> turn = token == JsonToken.VALUE_TRUE ? LogRow.Turn.INHERITED : LogRow.Turn.DECIDED;
                case "outcomes" -> outcomes(token, parser);
                default -> parser.skipChildren();
            }
        }

        LogRow row() {
            require(!id.isEmpty(), "'id' is missing");
            require(!Double.isNaN(time), "'t' is missing");
            require(!task.isEmpty(), "'task' is missing");
            require(!arms.isEmpty(), "'arms' is missing");
            require(arms.contains(arm), "'arm' is not one of 'arms'");
            List<Double> usd =
                    expected.isEmpty() ? arms.stream().map(name -> Double.NaN).toList() : expected;
            return new LogRow(
                    id,
                    time,
                    tenant,
                    conversation.isEmpty() ? id : conversation,
                    task,
                    arms,
                    p,
                    arms.indexOf(arm),
                    turn,
                    usd,
                    cost,
                    reward);
        }

        private void outcomes(JsonToken token, JsonParser parser) throws IOException {
            require(token == JsonToken.START_ARRAY, "'outcomes' is not an array");
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                reward = OptionalDouble.empty();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (name.equals("y")) {
                        reward = optional("y", value, parser);
                    } else {
                        parser.skipChildren();
                    }
                }
            }
            require(parser.currentToken() == JsonToken.END_ARRAY, "'outcomes' holds something that is no object");
        }

        private static String text(String name, JsonToken token, JsonParser parser) throws IOException {
            require(token == JsonToken.VALUE_STRING, "'" + name + "' is not a string");
            return parser.getText();
        }

        private static double number(String name, JsonToken token, JsonParser parser) throws IOException {
            require(token.isNumeric(), "'" + name + "' is not a number");
            return parser.getDoubleValue();
        }

        private static OptionalDouble optional(String name, JsonToken token, JsonParser parser) throws IOException {
            return token == JsonToken.VALUE_NULL
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(number(name, token, parser));
        }

        private static List<String> texts(String name, JsonToken token, JsonParser parser) throws IOException {
            require(token == JsonToken.START_ARRAY, "'" + name + "' is not an array");
            List<String> texts = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                texts.add(text(name, parser.currentToken(), parser));
            }
            return texts;
        }

        private static List<Double> numbers(String name, JsonToken token, JsonParser parser) throws IOException {
            require(token == JsonToken.START_ARRAY, "'" + name + "' is not an array");
            List<Double> numbers = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                JsonToken item = parser.currentToken();
                numbers.add(item == JsonToken.VALUE_NULL ? Double.NaN : number(name, item, parser));
            }
            return numbers;
        }

        private static void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new BadLogRow(otherwise);
            }
        }
    }
}
