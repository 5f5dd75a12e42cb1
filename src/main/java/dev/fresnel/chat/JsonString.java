package dev.fresnel.chat;

/**
 * A JSON string where it stands in a body, decoded only when asked. Immutable as long as nobody writes to the body; thread-safe.
 */
public final class JsonString {
    private final byte[] body;
    private final Span span;

    JsonString(byte[] body, Span span) {
        this.body = body;
        this.span = span;
    }

    /** The literal with its quotes. */
    public Span span() {
        return span;
    }

    /** Bytes between the quotes, escapes as written: an upper bound of the text's UTF-8 length, and of its characters. */
    public int rawLength() {
        return span.length() - 2;
    }

    public String decode() {
        return JsonText.unescape(body, span.start() + 1, span.end() - 1);
    }

    /**
     * Decodes a window, for estimates that must not pay for the whole text. The window is moved to character boundaries; an escape
     * that its edge cuts may lose or gain up to five characters.
     *
     * @param from offset into the raw bytes, 0 to {@link #rawLength()}
     * @param length raw bytes wanted; cut at the end of the text
     */
    public String sample(int from, int length) {
        int last = span.end() - 1;
        int start = Math.min(last, span.start() + 1 + from);
        int end = (int) Math.min(last, (long) start + length);
        while (start < end && isContinuation(body[start])) {
            start++;
        }
        while (end > start && end < last && isContinuation(body[end])) {
            end--;
        }
        return JsonText.unescape(body, start, end);
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xc0) == 0x80;
    }

    /** The place, never the text: this may end up in a log. */
    @Override
    public String toString() {
        return "JsonString[" + span.start() + ", " + span.end() + ")";
    }
}
