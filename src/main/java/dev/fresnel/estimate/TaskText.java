package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.JsonString;
import dev.fresnel.chat.Message;
import dev.fresnel.chat.Role;
import java.util.List;

/**
 * The text in which a request says what it wants: its last user message, of a long one only head and tail. Whoever looks for
 * words in a request takes this, so that a pasted megabyte is never decoded to find an order in it.
 */
public final class TaskText {
    private static final int WHOLE_BYTES = 8000;
    private static final int HEAD_BYTES = 6000;
    private static final int TAIL_BYTES = WHOLE_BYTES - HEAD_BYTES;

    private TaskText() {}

    /** At most some 8,000 bytes of text; empty when no user message has text. */
    public static String of(ChatRequest request) {
        return request.messages().reversed().stream()
                .filter(message -> message.role() == Role.USER)
                .findFirst()
                .map(TaskText::of)
                .orElse("");
    }

    private static String of(Message message) {
        List<JsonString> pieces = message.texts();
        long total = pieces.stream().mapToLong(JsonString::rawLength).sum();
        if (total <= WHOLE_BYTES) {
            return message.text();
        }
        StringBuilder text = new StringBuilder();
        int left = HEAD_BYTES;
        for (JsonString piece : pieces) {
            if (left > 0) {
                text.append(piece.sample(0, left)).append('\n');
                left -= piece.rawLength();
            }
        }
        // The order at the end of a long message stands in its last piece.
        JsonString last = pieces.getLast();
        return text.append(last.sample(Math.max(0, last.rawLength() - TAIL_BYTES), TAIL_BYTES))
                .toString();
    }
}
