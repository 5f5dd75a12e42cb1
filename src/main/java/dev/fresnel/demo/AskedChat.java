package dev.fresnel.demo;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.JsonString;
import dev.fresnel.chat.Message;
import java.util.Optional;

/**
 * What a stand-in looks at in a request.
 *
 * @param schema when the answer must keep to one
 * @param jsonObject whether the answer must be some JSON object
 */
record AskedChat(ChatRequest request, Optional<AskedSchema> schema, boolean jsonObject) {
    /** A message costs about four tokens beyond its text. */
    private static final int TOKENS_PER_MESSAGE = 4;

    static AskedChat of(ChatRequest request) {
        return new AskedChat(
                request,
                request.responseFormatJson().flatMap(AskedSchema::in),
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
}
