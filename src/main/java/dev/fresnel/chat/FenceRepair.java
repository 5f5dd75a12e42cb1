package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes answers out of the Markdown code fence that some models put around JSON. Only where the fence is all there is: nothing before, behind or between.
 * Every other byte of the reply stays.
 */
public final class FenceRepair {
    private static final String FENCE = "```";

    private FenceRepair() {}

    private record Cut(Span literal, String text) {}

    /** The whole reply with its contents unwrapped; empty when there is nothing to unwrap, or it is no chat reply. */
    public static Optional<byte[]> repaired(byte[] reply) {
        List<Cut> cuts = new ArrayList<>();
        try (JsonCursor json = new JsonCursor(reply)) {
            if (json.next() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextKey()) {
                boolean choices = json.key().equals("choices");
                if (json.nextValue() == JsonToken.START_ARRAY && choices) {
                    while (json.nextValue() != JsonToken.END_ARRAY) {
                        choice(json, cuts);
                    }
                } else {
                    json.skip();
                }
            }
        } catch (IOException notJson) {
            return Optional.empty();
        }
        return cuts.isEmpty() ? Optional.empty() : Optional.of(spliced(reply, cuts));
    }

    private static void choice(JsonCursor json, List<Cut> cuts) throws IOException {
        if (!json.at(JsonToken.START_OBJECT)) {
            json.skip();
            return;
        }
        while (json.nextKey()) {
            boolean message = json.key().equals("message");
            if (json.nextValue() == JsonToken.START_OBJECT && message) {
                message(json, cuts);
            } else {
                json.skip();
            }
        }
    }

    private static void message(JsonCursor json, List<Cut> cuts) throws IOException {
        while (json.nextKey()) {
            boolean content = json.key().equals("content");
            if (json.nextValue() == JsonToken.VALUE_STRING && content) {
                Span literal = json.skipSpan();
                unfenced(json.text()).ifPresent(text -> cuts.add(new Cut(literal, text)));
            } else {
                json.skip();
            }
        }
    }

    /** What stands between an opening fence with or without a language and a closing one. */
    static Optional<String> unfenced(String content) {
        String text = content.strip();
        int line = text.indexOf('\n');
        if (!text.startsWith(FENCE) || !text.endsWith(FENCE) || line < 0 || line > text.length() - FENCE.length()) {
            return Optional.empty();
        }
        String language = text.substring(FENCE.length(), line).strip();
        String inside = text.substring(line + 1, text.length() - FENCE.length());
        boolean plain = language.chars().allMatch(Character::isLetterOrDigit) && !inside.contains(FENCE);
        return plain ? Optional.of(inside.strip()) : Optional.empty();
    }

    private static byte[] spliced(byte[] reply, List<Cut> cuts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(reply.length);
        int from = 0;
        for (Cut cut : cuts) {
            out.write(reply, from, cut.literal().start() - from);
            out.writeBytes(JsonText.quote(cut.text()).getBytes(StandardCharsets.UTF_8));
            from = cut.literal().end();
        }
        out.write(reply, from, reply.length - from);
        return out.toByteArray();
    }
}
