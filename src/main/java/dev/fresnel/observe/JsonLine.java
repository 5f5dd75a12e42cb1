package dev.fresnel.observe;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.chat.JsonText;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/** One JSON object, written field by field in order. Not thread-safe; used once. */
final class JsonLine {
    private final StringBuilder text = new StringBuilder("{");

    @CanIgnoreReturnValue
    JsonLine text(String name, String value) {
        return raw(name, JsonText.quote(value));
    }

    @CanIgnoreReturnValue
    JsonLine text(String name, Optional<?> value) {
        return raw(name, value.map(v -> JsonText.quote(v.toString())).orElse("null"));
    }

    @CanIgnoreReturnValue
    JsonLine number(String name, long value) {
        return raw(name, Long.toString(value));
    }

    @CanIgnoreReturnValue
    JsonLine flag(String name, boolean value) {
        return raw(name, Boolean.toString(value));
    }

    @CanIgnoreReturnValue
    JsonLine texts(String name, Collection<?> values) {
        return raw(
                name,
                values.stream().map(v -> JsonText.quote(v.toString())).collect(Collectors.joining(",", "[", "]")));
    }

    /** @param json already valid JSON */
    @CanIgnoreReturnValue
    JsonLine raw(String name, String json) {
        if (text.length() > 1) {
            text.append(',');
        }
        text.append(JsonText.quote(name)).append(':').append(json);
        return this;
    }

    String end() {
        return text.append('}').toString();
    }
}
