package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts a reply's choices together from its chunks; a whole reply is a single one. Untrusted input: anything may come, nothing makes it
 * fail. Holds at most the number of characters it was told, and nothing at all once there are more or something was not understood.
 * One per reply; used by one thread at a time.
 */
public final class ChoiceCollector {
    private static final int MAX_PARTS = 128;

    private final int maxChars;
    private final Map<Integer, Growing> choices = new TreeMap<>();
    private int chars;
    private boolean lost;

    /** @param maxChars of text, refusals, names and arguments together */
    public ChoiceCollector(int maxChars) {
        this.maxChars = maxChars;
    }

    /** The choices of a whole reply; empty when it is too long or no chat reply. */
    public static Optional<List<Choice>> read(byte[] reply, int maxChars) {
        ChoiceCollector collector = new ChoiceCollector(maxChars);
        collector.add(reply, 0, reply.length);
        return collector.choices();
    }

    /** Takes the next chunk, a JSON object. */
    void add(byte[] json, int from, int to) {
        if (lost) {
            return;
        }
        try (JsonCursor cursor = new JsonCursor(json, from, to - from)) {
            new Reading(cursor).chunk();
        } catch (IOException | RuntimeException notUnderstood) {
            // The bytes go to the client as they came; there is merely nothing to check.
            giveUp();
        }
    }

    /** What was collected, in the order of the choices; empty when there was too much or it was not understood, or nothing came. */
    public Optional<List<Choice>> choices() {
        return lost || choices.isEmpty()
                ? Optional.empty()
                : Optional.of(choices.values().stream().map(Growing::choice).toList());
    }

    /** A part was not read: what is left is not the answer. */
    void giveUp() {
        lost = true;
        choices.clear();
    }

    /** One choice while it grows. */
    private static final class Growing {
        private final StringBuilder content = new StringBuilder();
        private final StringBuilder refusal = new StringBuilder();
        private final Map<Integer, Call> calls = new TreeMap<>();
        private @Nullable String finishReason;

        Choice choice() {
            return new Choice(
                    content.toString(),
                    refusal.toString(),
                    calls.values().stream()
                            .map(call -> new ToolCall(call.name.toString(), call.arguments.toString()))
                            .toList(),
                    Optional.ofNullable(finishReason));
        }
    }

    private static final class Call {
        private final StringBuilder name = new StringBuilder();
        private final StringBuilder arguments = new StringBuilder();
    }

    private static <T> T part(Map<Integer, T> parts, int index, Supplier<T> fresh) {
        T known = parts.get(index);
        if (known != null) {
            return known;
        }
        if (parts.size() >= MAX_PARTS) {
            throw new IllegalStateException("more than " + MAX_PARTS + " parts");
        }
        T added = fresh.get();
        parts.put(index, added);
        return added;
    }

    /** One pass over one chunk. */
    private final class Reading {
        private final JsonCursor json;

        Reading(JsonCursor json) {
            this.json = json;
        }

        void chunk() throws IOException {
            if (json.next() != JsonToken.START_OBJECT) {
                throw new IllegalStateException("no object");
            }
            while (json.nextKey()) {
                boolean wanted = json.key().equals("choices");
                if (json.nextValue() == JsonToken.START_ARRAY && wanted) {
                    int position = 0;
                    while (json.nextValue() != JsonToken.END_ARRAY) {
                        choice(position++);
                    }
                } else {
                    json.skip();
                }
            }
            if (json.next() != null) {
                throw new IllegalStateException("goes on after its end");
            }
        }

        /** The index may come after the message, so that is kept aside until the choice ends. */
        private void choice(int position) throws IOException {
            if (!json.at(JsonToken.START_OBJECT)) {
                throw new IllegalStateException("no object");
            }
            int index = position;
            Growing found = new Growing();
            while (json.nextKey()) {
                String key = json.key();
                JsonToken token = json.nextValue();
                if (key.equals("index") && token == JsonToken.VALUE_NUMBER_INT) {
                    index = Integer.parseInt(json.text());
                } else if (key.equals("finish_reason") && token == JsonToken.VALUE_STRING) {
                    found.finishReason = text();
                } else if ((key.equals("message") || key.equals("delta")) && token == JsonToken.START_OBJECT) {
                    message(found);
                } else {
                    json.skip();
                }
            }
            join(part(choices, index, Growing::new), found);
        }

        private void join(Growing choice, Growing more) {
            choice.content.append(more.content);
            choice.refusal.append(more.refusal);
            choice.finishReason = more.finishReason == null ? choice.finishReason : more.finishReason;
            more.calls.forEach((index, call) -> {
                Call known = part(choice.calls, index, Call::new);
                known.name.append(call.name);
                known.arguments.append(call.arguments);
            });
        }

        private void message(Growing choice) throws IOException {
            while (json.nextKey()) {
                String key = json.key();
                JsonToken token = json.nextValue();
                switch (key) {
                    case "content" -> append(choice.content, token);
                    case "refusal" -> append(choice.refusal, token);
                    case "tool_calls" -> calls(choice, token);
                    case "function_call" -> {
                        if (token == JsonToken.START_OBJECT) {
                            function(part(choice.calls, 0, Call::new));
                        } else {
                            json.skip();
                        }
                    }
                    default -> json.skip();
                }
            }
        }

        private void calls(Growing choice, JsonToken token) throws IOException {
            if (token != JsonToken.START_ARRAY) {
                json.skip();
                return;
            }
            int position = 0;
            while (json.nextValue() != JsonToken.END_ARRAY) {
                call(choice, position++);
            }
        }

        private void call(Growing choice, int position) throws IOException {
            if (!json.at(JsonToken.START_OBJECT)) {
                throw new IllegalStateException("no object");
            }
            int index = position;
            Call found = new Call();
            while (json.nextKey()) {
                String key = json.key();
                JsonToken token = json.nextValue();
                if (key.equals("index") && token == JsonToken.VALUE_NUMBER_INT) {
                    index = Integer.parseInt(json.text());
                } else if ((key.equals("function") || key.equals("custom")) && token == JsonToken.START_OBJECT) {
                    function(found);
                } else {
                    json.skip();
                }
            }
            Call known = part(choice.calls, index, Call::new);
            known.name.append(found.name);
            known.arguments.append(found.arguments);
        }

        private void function(Call call) throws IOException {
            while (json.nextKey()) {
                String key = json.key();
                JsonToken token = json.nextValue();
                switch (key) {
                    case "name" -> append(call.name, token);
                    case "arguments", "input" -> append(call.arguments, token);
                    default -> json.skip();
                }
            }
        }

        /** Null is nothing; another type than a string is not understood, and better not judged. */
        private void append(StringBuilder text, JsonToken token) throws IOException {
            if (token == JsonToken.VALUE_NULL) {
                return;
            }
            if (token != JsonToken.VALUE_STRING) {
                throw new IllegalStateException("no text");
            }
            text.append(text());
        }

        private String text() throws IOException {
            String text = json.text();
            chars += text.length();
            if (chars > maxChars) {
                throw new IllegalStateException("too long");
            }
            return text;
        }
    }
}
