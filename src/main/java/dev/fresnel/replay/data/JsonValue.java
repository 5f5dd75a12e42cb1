package dev.fresnel.replay.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One line of JSON as a small tree, for rows only: offline, one line at a time. Reading asks for what must be there and otherwise
 * throws {@link BadRow} naming the field, never the content.
 */
sealed interface JsonValue {
    /** Some sets were written by Python, which knows NaN; a row that needs such a number is refused where it is used. */
    JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    record Obj(Map<String, JsonValue> fields) implements JsonValue {
        JsonValue get(String name) {
            JsonValue value = fields.get(name);
            if (value == null) {
                throw new BadRow("field '" + name + "' is missing");
            }
            return value;
        }

        Optional<JsonValue> find(String name) {
            return Optional.ofNullable(fields.get(name)).filter(value -> !(value instanceof Null));
        }

        Obj object(String name) {
            return switch (get(name)) {
                case Obj object -> object;
                case Arr _, Text _, Num _, Bool _, Null _ -> throw new BadRow("field '" + name + "' is not an object");
            };
        }

        List<JsonValue> items(String name) {
            return switch (get(name)) {
                case Arr array -> array.items();
                case Obj _, Text _, Num _, Bool _, Null _ -> throw new BadRow("field '" + name + "' is not an array");
            };
        }

        String text(String name) {
            return switch (get(name)) {
                case Text text -> text.value();
                case Arr _, Obj _, Num _, Bool _, Null _ -> throw new BadRow("field '" + name + "' is not a string");
            };
        }

        double number(String name) {
            return switch (get(name)) {
                case Num number -> number.value();
                case Arr _, Obj _, Text _, Bool _, Null _ -> throw new BadRow("field '" + name + "' is not a number");
            };
        }

        /** True as 1, false as 0; a number as it is. */
        double score(String name) {
            return switch (get(name)) {
                case Num number -> number.value();
                case Bool bool -> bool.value() ? 1 : 0;
                case Arr _, Obj _, Text _, Null _ ->
                    throw new BadRow("field '" + name + "' is neither a number nor true or false");
            };
        }
    }

    record Arr(List<JsonValue> items) implements JsonValue {}

    record Text(String value) implements JsonValue {}

    record Num(double value) implements JsonValue {}

    record Bool(boolean value) implements JsonValue {}

    record Null() implements JsonValue {}

    /** The object that fills {@code line}. */
    static Obj objectOf(String line) {
        try (JsonParser parser = FACTORY.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BadRow("not a JSON object");
            }
            Obj object = object(parser);
            if (parser.nextToken() != null) {
                throw new BadRow("more than one JSON object on the line");
            }
            return object;
        } catch (JsonProcessingException e) {
            throw new BadRow("not JSON, column " + e.getLocation().getColumnNr());
        } catch (IOException e) {
            throw new BadRow("cannot be read as JSON");
        }
    }

    private static Obj object(JsonParser parser) throws IOException {
        Map<String, JsonValue> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return new Obj(fields);
    }

    private static JsonValue value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<JsonValue> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                yield new Arr(items);
            }
            case VALUE_STRING -> new Text(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Num(parser.getDoubleValue());
            case VALUE_TRUE -> new Bool(true);
            case VALUE_FALSE -> new Bool(false);
            default -> new Null();
        };
    }
}
