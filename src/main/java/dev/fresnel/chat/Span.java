package dev.fresnel.chat;

/**
 * A stretch of the original body, {@code [start, end)}.
 *
 * @param start byte offset of the first byte, 0 or more
 * @param end byte offset just past the last byte, not below {@code start}
 */
public record Span(int start, int end) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("not a span: [" + start + ", " + end + ")");
        }
    }

    public int length() {
        return end - start;
    }
}
