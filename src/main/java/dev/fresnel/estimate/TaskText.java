package dev.fresnel.estimate;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.JsonString;
import dev.fresnel.chat.Message;
import java.util.List;

/**
 * The text in which a request says what it wants: its last user message, of a long one only head and tail. Whoever looks for
 * words in a request takes this, so that a pasted megabyte is never decoded to find an order in it. Made once per request and handed
 * to all who read it. Immutable; thread-safe.
 */
public final class TaskText {
    private static final int WHOLE_BYTES = 8000;
    private static final int HEAD_BYTES = 6000;
    private static final int TAIL_BYTES = WHOLE_BYTES - HEAD_BYTES;

    private final String text;
    private final Words words;

    private TaskText(String text) {
        this.text = text;
        this.words = Words.of(text);
    }

    /** At most some 8,000 bytes of text; empty when no user message has text. */
    public static TaskText of(ChatRequest request) {
        return of(request.lastUser().map(TaskText::bounded).orElse(""));
    }

    /** @param text as a user would write it, short enough to be read whole */
    public static TaskText of(String text) {
        return new TaskText(text);
    }

    public String text() {
        return text;
    }

    public Words words() {
        return words;
    }

    private static String bounded(Message message) {
        List<JsonString> pieces = message.texts();
        long total = pieces.stream().mapToLong(JsonString::rawLength).sum();
        if (total <= WHOLE_BYTES) {
            return message.text();
        }
        StringBuilder text = new StringBuilder(WHOLE_BYTES + pieces.size());
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

    /** Its length, never the text: this may end up in a log. */
    @Override
    public String toString() {
        return "TaskText[" + text.length() + " characters]";
    }
}
