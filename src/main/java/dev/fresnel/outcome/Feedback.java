package dev.fresnel.outcome;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.RequestId;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who knows says of an answer: a test that ran, a user, a reviewer.
 *
 * @param request as in the reply's {@code x-fresnel-request-id}
 * @param score quality from 0.0 to 1.0
 * @param label a name of the caller's own for what it saw, such as {@code tests_failed}
 * @param caller which of the tenant's keys says so; empty for an open tenant
 */
public record Feedback(RequestId request, double score, Optional<String> label, String caller) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_ID = 128;

    /** Of a name. Anything else may be a user's own words, and those are not kept. */
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    public Feedback(RequestId request, double score) {
        this(request, score, Optional.empty(), "");
    }

    /** The same, said by one of the tenant's keys. */
    public Feedback by(String key) {
        return new Feedback(request, score, label, key);
    }

    /**
     * Reads {@code {"request_id": "...", "succeeded": true}} or {@code {"request_id": "...", "score": 0.8}}. A {@code label}
     * is kept when it is a name of at most 64 letters, digits, dots, dashes and underscores, and else let pass, as other keys are; one that is given twice is refused, as is a score beside a contrary {@code
     * succeeded}.
     *
     * @throws GatewayException {@code InvalidRequest} with the key that is wrong and what it should be
     */
    public static Feedback parse(byte[] body) {
        @Nullable String request = null;
        @Nullable Double score = null;
        @Nullable Boolean succeeded = null;
        Optional<String> label = Optional.empty();
        try (JsonParser json = JSON.createParser(body)) {
            json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw invalid(
                        "The body must be a JSON object with request_id and succeeded or score.", Optional.empty());
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String key = json.currentName();
                JsonToken value = json.nextToken();
                switch (key) {
                    case "request_id" -> {
                        if (value != JsonToken.VALUE_STRING || !isId(json.getText())) {
                            throw invalid("request_id must be the x-fresnel-request-id of a reply.", Optional.of(key));
                        }
                        request = json.getText();
                    }
                    case "succeeded" -> {
                        if (!value.isBoolean()) {
                            throw invalid("succeeded must be true or false.", Optional.of(key));
                        }
                        succeeded = json.getBooleanValue();
                    }
                    case "score" -> {
                        if (!value.isNumeric() || !(json.getDoubleValue() >= 0 && json.getDoubleValue() <= 1)) {
                            throw invalid("score must be a number from 0 to 1.", Optional.of(key));
                        }
                        score = json.getDoubleValue();
                    }
                    case "label" -> {
                        boolean name = value == JsonToken.VALUE_STRING
                                && LABEL.matcher(json.getText()).matches();
                        label = name ? Optional.of(json.getText()) : Optional.empty();
                        json.skipChildren();
                    }
                    default -> json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                throw invalid("The body must be one JSON object and nothing after it.", Optional.empty());
            }
        } catch (IOException notJson) {
            throw new GatewayException(
                    new GatewayFailure.InvalidRequest(
                            "The body is not valid JSON, or has a key twice.", Optional.empty(), "invalid_json"),
                    notJson);
        }
        if (request == null) {
            throw invalid(
                    "request_id is missing: the x-fresnel-request-id of the reply that is judged.",
                    Optional.of("request_id"));
        }
        return new Feedback(new RequestId(request), score(score, succeeded), label, "");
    }

    /** Printable ASCII without spaces, as every id of ours. */
    private static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= MAX_ID && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static double score(@Nullable Double score, @Nullable Boolean succeeded) {
        if (score == null) {
            if (succeeded == null) {
                throw invalid("Give succeeded (true or false) or score (0 to 1).", Optional.of("succeeded"));
            }
            return succeeded ? 1 : 0;
        }
        if (succeeded != null && (score >= 0.5) != succeeded) {
            throw invalid("succeeded and score contradict each other; give one of them.", Optional.of("score"));
        }
        return score;
    }

    private static GatewayException invalid(String message, Optional<String> key) {
        return new GatewayException(new GatewayFailure.InvalidRequest(message, key, "invalid_feedback"));
    }
}
