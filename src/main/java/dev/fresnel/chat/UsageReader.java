package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * Reads a {@code usage} object: OpenAI's keys, those that OpenRouter adds for writing to a cache, and those that DeepSeek, Moonshot and
 * Mistral have for cached input.
 */
public final class UsageReader {
    private static final int MAX_NUMBER_TEXT = 64;

    private final JsonCursor json;
    private boolean counted;
    private long input;
    private long cached;
    private long output;
    private long reasoning;
    private long cacheWrite;
    private long audioInput;
    private long audioOutput;

    private UsageReader(JsonCursor json) {
        this.json = json;
    }

    /**
     * Reads the object the cursor is at, to its end.
     *
     * @return empty when it counts neither input nor output
     */
    static Optional<Usage> read(JsonCursor json) throws IOException {
        UsageReader reader = new UsageReader(json);
        while (json.nextKey()) {
            reader.member(json.key(), json.nextValue());
        }
        return reader.usage();
    }

    /** {@link #read(JsonCursor)} for a parser of the caller's, which stays open. */
    public static Optional<Usage> read(JsonParser parser) throws IOException {
        return read(new JsonCursor(parser));
    }

    private void member(String key, JsonToken token) throws IOException {
        switch (key) {
            case "prompt_tokens" -> {
                counted |= token == JsonToken.VALUE_NUMBER_INT;
                input = count(token);
            }
            case "completion_tokens" -> {
                counted |= token == JsonToken.VALUE_NUMBER_INT;
                output = count(token);
            }
            case "prompt_tokens_details" ->
                details(token, (name, value) -> {
                    switch (name) {
                        case "cached_tokens" -> cached = Math.max(cached, count(value));
                        case "cache_write_tokens" -> cacheWrite = count(value);
                        case "audio_tokens" -> audioInput = count(value);
                        default -> json.skip();
                    }
                });
            case "completion_tokens_details" ->
                details(token, (name, value) -> {
                    switch (name) {
                        case "reasoning_tokens" -> reasoning = count(value);
                        case "audio_tokens" -> audioOutput = count(value);
                        default -> json.skip();
                    }
                });
            case "prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens" ->
                cached = Math.max(cached, count(token));
            default -> json.skip();
        }
    }

    private interface Detail {
        void read(String name, JsonToken value) throws IOException;
    }

    private void details(JsonToken token, Detail detail) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            json.skip();
            return;
        }
        while (json.nextKey()) {
            String name = json.key();
            detail.read(name, json.nextValue());
        }
    }

    /** A count, 0 or more; 0 for anything that is none. */
    private long count(JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            json.skip();
            return 0;
        }
        String digits = json.text();
        if (digits.length() > MAX_NUMBER_TEXT) {
            return 0;
        }
        BigDecimal number = new BigDecimal(digits);
        // Beyond an int it is no count of tokens, and would overflow what is computed from it.
        return number.signum() < 0 || number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0
                ? 0
                : number.longValueExact();
    }

    private Optional<Usage> usage() {
        return counted
                ? Optional.of(new Usage(
                        input,
                        Math.min(cached, input),
                        output,
                        Math.min(reasoning, output),
                        new Usage.Extras(
                                Math.min(cacheWrite, input),
                                Math.min(audioInput, input),
                                Math.min(audioOutput, output))))
                : Optional.empty();
    }
}
