package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** Reads the facts out of a whole chat reply. Untrusted input: anything may come, nothing makes it fail. */
public final class ReplyReader {
    private final JsonCursor json;
    private boolean readable;
    private Optional<Usage> usage = Optional.empty();
    private Optional<String> model = Optional.empty();
    private Optional<String> finishReason = Optional.empty();
    private boolean refused;
    private boolean toolCalls;
    private boolean error;
    private long contentChars;

    private ReplyReader(JsonCursor json) {
        this.json = json;
    }

    /** Never throws: a body that is no chat reply has no facts. */
    public static ReplyFacts read(byte[] json) {
        try (JsonCursor cursor = new JsonCursor(json)) {
            ReplyReader reader = new ReplyReader(cursor);
            reader.body();
            return reader.facts();
        } catch (IOException foreignEncoding) {
            return new ReplyFacts(false, Optional.empty(), Optional.empty(), Optional.empty(), false, false, false, 0);
        }
    }

    private ReplyFacts facts() {
        return new ReplyFacts(readable, usage, model, finishReason, refused, toolCalls, error, contentChars);
    }

    private void body() throws IOException {
        try {
            if (json.next() != JsonToken.START_OBJECT) {
                return;
            }
            while (json.nextKey()) {
                topLevel(json.key(), json.nextValue());
            }
            readable = json.next() == null;
        } catch (IOException notJson) {
            // Not ours to mend: the bytes go to the client as they came, and `readable` stays false.
            readable = false;
        }
    }

    private void topLevel(String key, JsonToken token) throws IOException {
        switch (key) {
            case "usage" -> {
                if (token == JsonToken.START_OBJECT) {
                    usage = UsageReader.read(json).or(() -> usage);
                } else {
                    json.skip();
                }
            }
            case "model" -> {
                if (token == JsonToken.VALUE_STRING) {
                    model = Optional.of(json.text()).filter(name -> !name.isEmpty());
                } else {
                    json.skip();
                }
            }
            case "error" -> {
                error |= token == JsonToken.START_OBJECT || token == JsonToken.VALUE_STRING;
                json.skip();
            }
            case "choices" -> elements(token, this::choice);
            default -> json.skip();
        }
    }

    /** Reads one object to its end. */
    private interface ObjectReader {
        void read() throws IOException;
    }

    private void elements(JsonToken token, ObjectReader reader) throws IOException {
        if (token != JsonToken.START_ARRAY) {
            json.skip();
            return;
        }
        while (json.nextValue() != JsonToken.END_ARRAY) {
            object(reader);
        }
    }

    private void object(ObjectReader reader) throws IOException {
        if (json.at(JsonToken.START_OBJECT)) {
            reader.read();
        } else {
            json.skip();
        }
    }

    private void choice() throws IOException {
        while (json.nextKey()) {
            String key = json.key();
            JsonToken token = json.nextValue();
            if (key.equals("finish_reason") && token == JsonToken.VALUE_STRING && finishReason.isEmpty()) {
                finishReason = Optional.of(json.text());
            } else if (key.equals("message")) {
                object(this::message);
            } else {
                json.skip();
            }
        }
    }

    private void message() throws IOException {
        while (json.nextKey()) {
            String key = json.key();
            JsonToken token = json.nextValue();
            switch (key) {
                case "content", "reasoning_content", "reasoning" -> countText(token);
                case "refusal" -> {
                    long before = contentChars;
                    countText(token);
                    refused |= contentChars > before;
                }
                case "tool_calls" -> elements(token, this::toolCall);
                case "function_call" -> {
                    toolCalls |= token == JsonToken.START_OBJECT;
                    object(this::function);
                }
                default -> json.skip();
            }
        }
    }

    private void toolCall() throws IOException {
        toolCalls = true;
        while (json.nextKey()) {
            boolean function = json.key().equals("function");
            JsonToken token = json.nextValue();
            if (function && token == JsonToken.START_OBJECT) {
                function();
            } else {
                json.skip();
            }
        }
    }

    private void function() throws IOException {
        while (json.nextKey()) {
            boolean arguments = json.key().equals("arguments");
            JsonToken token = json.nextValue();
            if (arguments) {
                countText(token);
            } else {
                json.skip();
            }
        }
    }

    private void countText(JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            String text = json.text();
            contentChars += text.codePointCount(0, text.length());
        } else {
            json.skip();
        }
    }
}
