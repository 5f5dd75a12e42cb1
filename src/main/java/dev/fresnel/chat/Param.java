package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A top-level key of a chat request that the gateway acts on. Every other key passes unread. */
enum Param {
    MODEL("model", Repeat.REFUSED),
    MESSAGES("messages", Repeat.REFUSED),
    STREAM("stream", Repeat.REFUSED),
    STREAM_OPTIONS("stream_options", Repeat.REFUSED),
    MAX_COMPLETION_TOKENS("max_completion_tokens", Repeat.LAST_COUNTS),
    MAX_TOKENS("max_tokens", Repeat.LAST_COUNTS),
    TEMPERATURE("temperature", Repeat.LAST_COUNTS),
    REASONING_EFFORT("reasoning_effort", Repeat.LAST_COUNTS),
    REASONING("reasoning", Repeat.LAST_COUNTS),
    N("n", Repeat.LAST_COUNTS),
    TOOLS("tools", Repeat.LAST_COUNTS),
    FUNCTIONS("functions", Repeat.LAST_COUNTS),
    RESPONSE_FORMAT("response_format", Repeat.LAST_COUNTS),
    MODALITIES("modalities", Repeat.LAST_COUNTS),
    AUDIO("audio", Repeat.LAST_COUNTS),
    LOGPROBS("logprobs", Repeat.LAST_COUNTS),
    TOP_LOGPROBS("top_logprobs", Repeat.LAST_COUNTS),
    PREDICTION("prediction", Repeat.LAST_COUNTS),
    WEB_SEARCH_OPTIONS("web_search_options", Repeat.LAST_COUNTS),
    STORE("store", Repeat.LAST_COUNTS),
    PREVIOUS_RESPONSE_ID("previous_response_id", Repeat.LAST_COUNTS),
    CONVERSATION("conversation", Repeat.LAST_COUNTS);

    /** What a second occurrence of the key means. */
    enum Repeat {
        /** Routing hangs on it: were we to read the first and the upstream the last, the policy could be bypassed. */
        REFUSED,
        /** As nearly every JSON parser does. */
        LAST_COUNTS
    }

    private static final Map<String, Param> BY_KEY =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Param::key, Function.identity()));

    private final String key;
    private final Repeat repeat;

    Param(String key, Repeat repeat) {
        this.key = key;
        this.repeat = repeat;
    }

    String key() {
        return key;
    }

    Repeat repeat() {
        return repeat;
    }

    static @Nullable Param ofKey(String key) {
        return BY_KEY.get(key);
    }

    /**
     * Where a parameter's value stands and of what kind it is.
     *
     * @param token the first token: {@code START_OBJECT}, {@code START_ARRAY} or a scalar
     */
    record Value(JsonToken token, Span span) {
        boolean isNull() {
            return token == JsonToken.VALUE_NULL;
        }

        boolean isNumber() {
            return token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT;
        }
    }
}
