package dev.fresnel.store.redis;

import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Arguments to bytes and replies back: everything travels as text, since Lua cuts numbers off. */
final class Text {
    private Text() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static List<byte[]> arguments(String... texts) {
        return Arrays.stream(texts).map(Text::bytes).toList();
    }

    /** Empty for nil. */
    static Optional<String> of(@Nullable Response response) {
        return Optional.ofNullable(response).map(Response::toString);
    }

    /** The text of element {@code index} of an array; nil is empty. */
    static String at(Response array, int index) {
        return of(array.get(index)).orElse("");
    }
}
