package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the tools that a request offers, and the calls that its earlier answers made. */
final class ToolReader {
    private final JsonCursor json;

    ToolReader(JsonCursor json) {
        this.json = json;
    }

    /** The value under {@code tools} or {@code functions}; adds the names it finds. */
    Span tools(JsonToken token, int start, List<String> names) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            return json.skipSpan();
        }
        while (json.nextValue() != JsonToken.END_ARRAY) {
            if (json.at(JsonToken.START_OBJECT)) {
                tool(names);
            } else {
                json.skip();
            }
        }
        return json.closed(start);
    }

    /** A tool keeps its name at its top ({@code functions}) or one level down, under its type ({@code function}, {@code custom}). */
    private void tool(List<String> names) throws IOException {
        Optional<String> name = Optional.empty();
        while (json.nextKey()) {
            String key = json.key();
            JsonToken token = json.nextValue();
            if (key.equals("name") && token == JsonToken.VALUE_STRING) {
                name = Optional.of(json.text());
            } else if (token == JsonToken.START_OBJECT && (key.equals("function") || key.equals("custom"))) {
                name = json.lastString("name");
            } else {
                json.skip();
            }
        }
        name.ifPresent(names::add);
    }

    /** {@code tool_calls: [{"id": ...}]}, or the older {@code function_call: {...}}, which has no id. */
    void calls(JsonToken token, ToolLoop.Turn turn) throws IOException {
        int start = json.start();
        if (token == JsonToken.START_OBJECT) {
            turn.calls(json.skipSpan(), List.of(""));
            return;
        }
        if (token != JsonToken.START_ARRAY) {
            json.skip();
            return;
        }
        List<String> ids = new ArrayList<>();
        while (json.nextValue() != JsonToken.END_ARRAY) {
            if (json.at(JsonToken.START_OBJECT)) {
                ids.add(json.lastString("id").orElse(""));
            } else {
                json.skip();
            }
        }
        if (!ids.isEmpty()) {
            turn.calls(json.closed(start), ids);
        }
    }
}
