package dev.fresnel.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.chat.Usage;
import dev.fresnel.chat.UsageReader;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a buffered reply of the chat API says, as far as our own questions need it.
 *
 * @param text content of choice 0; its parts joined, when it came in parts; the refusal's text, when there is no content
 * @param model as the provider names it
 */
record ChatReply(String text, Optional<String> model, Optional<Usage> usage, Optional<String> finishReason) {

    /** @throws IOException when the bytes are not JSON, or hold no first choice with a message */
    static ChatReply read(byte[] json) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            return new Reader(parser).read();
        }
    }

    /** What a reply says that it used, whatever else it is: an error may say so too. */
    static Optional<Usage> usageIn(byte[] reply) {
        try (JsonParser parser = new JsonFactory().createParser(reply)) {
            Reader reader = new Reader(parser);
            try {
                var _ = reader.read();
            } catch (IOException noCompletion) {
                // What was read before stands.
            }
            return Optional.ofNullable(reader.usage);
        } catch (IOException impossible) {
            return Optional.empty();
        }
    }

    private static final class Reader {
        private final JsonParser parser;
        private @Nullable String content;
        private @Nullable String refusal;
        private @Nullable String model;
        private @Nullable String finishReason;
        private @Nullable Usage usage;
        private boolean messageSeen;

        Reader(JsonParser parser) {
            this.parser = parser;
        }

        ChatReply read() throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "model" -> model = text(value);
                    case "choices" -> readChoices(value);
                    case "usage" -> usage = readUsage(value);
                    default -> parser.skipChildren();
                }
            }
            if (!messageSeen) {
                throw new IOException("no choices[0].message");
            }
            String text = content != null ? content : refusal != null ? refusal : "";
            return new ChatReply(
                    text, Optional.ofNullable(model), Optional.ofNullable(usage), Optional.ofNullable(finishReason));
        }

        private void readChoices(JsonToken value) throws IOException {
            if (value != JsonToken.START_ARRAY) {
                parser.skipChildren();
                return;
            }
            boolean first = true;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (first && parser.currentToken() == JsonToken.START_OBJECT) {
                    readChoice();
                } else {
                    parser.skipChildren();
                }
                first = false;
            }
        }

        private void readChoice() throws IOException {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("message") && value == JsonToken.START_OBJECT) {
                    readMessage();
                } else if (name.equals("finish_reason")) {
                    finishReason = text(value);
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void readMessage() throws IOException {
            messageSeen = true;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "content" -> content = value == JsonToken.START_ARRAY ? readParts() : text(value);
                    case "refusal" -> refusal = text(value);
                    default -> parser.skipChildren();
                }
            }
        }

        /** {@code [{"type":"text","text":"..."}, ...]}, as some compatible servers answer. */
        private String readParts() throws IOException {
            StringBuilder joined = new StringBuilder();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    parser.skipChildren();
                    continue;
                }
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    String value = text(parser.nextToken());
                    if (name.equals("text") && value != null) {
                        joined.append(value);
                    }
                }
            }
            return joined.toString();
        }

        private @Nullable Usage readUsage(JsonToken value) throws IOException {
            if (value != JsonToken.START_OBJECT) {
                parser.skipChildren();
                return null;
            }
            return UsageReader.read(parser).orElse(null);
        }

        private @Nullable String text(JsonToken value) throws IOException {
            if (value == JsonToken.VALUE_STRING) {
                return parser.getText();
            }
            parser.skipChildren();
            return null;
        }
    }
}
