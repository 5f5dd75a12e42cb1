package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Optional;

/** Reads a {@code usage} object: OpenAI's keys, and DeepSeek's for cached input. */
final class UsageReader {
    private static final int MAX_NUMBER_TEXT = 64;

    private final JsonCursor json;
    private boolean counted;
    private long input;
    private long cached;
    private long output;
    private long reasoning;

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
            case "prompt_tokens_details" -> cached = Math.max(cached, detail(token, "cached_tokens"));
            case "completion_tokens_details" -> reasoning = detail(token, "reasoning_tokens");
            case "prompt_cache_hit_tokens" -> cached = Math.max(cached, count(token));
            default -> json.skip();
        }
    }

    private long detail(JsonToken token, String wanted) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            json.skip();
            return 0;
        }
        long found = 0;
        while (json.nextKey()) {
            boolean hit = json.key().equals(wanted);
            JsonToken value = json.nextValue();
            if (hit) {
                found = count(value);
            } else {
                json.skip();
            }
        }
        return found;
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
                ? Optional.of(new Usage(input, Math.min(cached, input), output, Math.min(reasoning, output)))
                : Optional.empty();
    }
}
