package dev.fresnel.lens;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one JSON value out of a model's answer: strictly if possible, else as leniently as needed, and says which. Thread-safe. */
final class JsonNodes {
    private static final int MAX_DEPTH = 12;
    private static final int MAX_NODES = 4_000;

    /** Ways of reading, strictest first; each names the repair it stands for. */
    private static final List<Map.Entry<Set<Repair>, Set<JsonReadFeature>>> WAYS = List.of(
            Map.entry(Set.of(), Set.of()),
            Map.entry(Set.of(Repair.COMMENTS_REMOVED), Set.of(JsonReadFeature.ALLOW_JAVA_COMMENTS)),
            Map.entry(Set.of(Repair.TRAILING_COMMA_REMOVED), Set.of(JsonReadFeature.ALLOW_TRAILING_COMMA)),
            Map.entry(Set.of(Repair.SINGLE_QUOTES_READ), Set.of(JsonReadFeature.ALLOW_SINGLE_QUOTES)),
            Map.entry(
                    Set.of(Repair.COMMENTS_REMOVED, Repair.TRAILING_COMMA_REMOVED),
                    Set.of(JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_TRAILING_COMMA)),
            Map.entry(
                    Set.of(Repair.LENIENT_SYNTAX_READ),
                    Set.of(
                            JsonReadFeature.ALLOW_JAVA_COMMENTS,
                            JsonReadFeature.ALLOW_TRAILING_COMMA,
                            JsonReadFeature.ALLOW_SINGLE_QUOTES,
                            JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES,
                            JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS,
                            JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER,
                            JsonReadFeature.ALLOW_MISSING_VALUES,
                            JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)));

    private static final List<Way> READERS = WAYS.stream()
            .map(way -> new Way(way.getKey(), factory(way.getValue())))
            .toList();

    /**
     * A value and how it was read.
     *
     * @param end index after the value; the text's length when it broke off
     */
    record Reading(JsonNode root, Ending ending, int end, Set<Repair> repairs) {}

    enum Ending {
        COMPLETE,
        /** The text ended inside the value; {@code root} holds what was complete. */
        TRUNCATED
    }

    private record Way(Set<Repair> repairs, JsonFactory factory) {}

    private JsonNodes() {}

    /** The value that begins at {@code start}; empty when no way of reading makes sense of it. */
    static Optional<Reading> readAt(String text, int start) {
        Optional<Reading> truncated = Optional.empty();
        for (Way way : READERS) {
            Optional<Reading> reading = read(text, start, way);
            if (reading.isPresent() && reading.get().ending() == Ending.COMPLETE) {
                return reading;
            }
            truncated = truncated.or(() -> reading);
        }
        return truncated;
    }

    private static Optional<Reading> read(String text, int start, Way way) {
        Deque<JsonNode> open = new ArrayDeque<>();
        JsonNode root = null;
        try (JsonParser parser = way.factory().createParser(text.substring(start))) {
            String name = "";
            int nodes = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    name = parser.currentName();
                    continue;
                }
                if (token.isStructEnd()) {
                    open.pop();
                } else {
                    JsonNode node = node(token, parser);
                    if (++nodes > MAX_NODES || open.size() >= MAX_DEPTH) {
                        return Optional.empty();
                    }
                    if (root == null) {
                        root = node;
                    } else {
                        attach(open.element(), name, node);
                    }
                    if (token.isStructStart()) {
                        open.push(node);
                    }
                }
                if (open.isEmpty() && root != null) {
                    int end = start + (int) parser.currentLocation().getCharOffset();
                    return Optional.of(new Reading(root, Ending.COMPLETE, end, way.repairs()));
                }
            }
        } catch (JsonEOFException e) {
            return root == null
                    ? Optional.empty()
                    : Optional.of(new Reading(root, Ending.TRUNCATED, text.length(), way.repairs()));
        } catch (JsonParseException | StreamConstraintsException e) {
            // Not an error of ours: this way of reading does not fit, the next one may.
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be read", e);
        }
        return Optional.empty();
    }

    private static JsonNode node(JsonToken token, JsonParser parser) throws IOException {
        return switch (token) {
            case START_OBJECT -> new JsonNode.Obj();
            case START_ARRAY -> new JsonNode.Arr();
            case VALUE_STRING -> new JsonNode.Text(parser.getText());
            default -> new JsonNode.Other();
        };
    }

    private static void attach(JsonNode parent, String name, JsonNode child) {
        switch (parent) {
            case JsonNode.Obj object -> object.fields().add(new JsonNode.Field(name, child));
            case JsonNode.Arr array -> array.items().add(child);
            case JsonNode.Text _, JsonNode.Other _ -> throw new IllegalStateException("a scalar has no children");
        }
    }

    private static JsonFactory factory(Set<JsonReadFeature> features) {
        var builder = JsonFactory.builder();
        EnumSet.allOf(JsonReadFeature.class).stream().filter(features::contains).forEach(builder::enable);
        return builder.build();
    }
}
