package dev.fresnel.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.JsonString;
import dev.fresnel.chat.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * What a stand-in looks at in a request.
 *
 * @param schemaName {@code response_format.json_schema.name}, when the answer must follow a schema
 * @param jsonObject whether the answer must be some JSON object
 */
record AskedChat(ChatRequest request, Optional<String> schemaName, boolean jsonObject) {
    /** A message costs about four tokens beyond its text. */
    private static final int TOKENS_PER_MESSAGE = 4;

    static AskedChat of(ChatRequest request) {
        return new AskedChat(
                request,
                request.responseFormatJson().flatMap(AskedChat::schemaName),
                request.features().contains(Feature.JSON_OBJECT));
    }

    /** Tokens of the whole prompt, tools included. */
    long promptTokens() {
        long texts = request.messages().stream()
                .mapToLong(message -> TOKENS_PER_MESSAGE + textTokens(message))
                .sum();
        return texts + request.toolsJson().map(bytes -> bytes.length / 4L).orElse(0L);
    }

    private static long textTokens(Message message) {
        return message.texts().stream()
                .map(JsonString::decode)
                .mapToLong(Pieces::count)
                .sum();
    }

    private static Optional<String> schemaName(byte[] responseFormat) {
        try (JsonParser json = new JsonFactory().createParser(responseFormat)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean schema = json.currentName().equals("json_schema");
                if (json.nextToken() == JsonToken.START_OBJECT && schema) {
                    return name(json);
                }
                json.skipChildren();
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("the request was read before, so its parts are JSON", e);
        }
    }

    private static Optional<String> name(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean name = json.currentName().equals("name");
            if (json.nextToken() == JsonToken.VALUE_STRING && name) {
                return Optional.of(json.getText());
            }
            json.skipChildren();
        }
        return Optional.of("");
    }
}
