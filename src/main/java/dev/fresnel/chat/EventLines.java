package dev.fresnel.chat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The lines of one server-sent event: its data, joined, and whether its name is {@code error}. Used once. */
final class EventLines {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR = "error".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    /** Where the data stands: in the event's own bytes while it is one line, which is nearly always, else in a joined copy. */
    private byte[] data = new byte[0];

    private int from;
    private int to;
    private final ByteArrayOutputStream joined = new ByteArrayOutputStream(0);
    private int dataLines;
    private boolean namedError;

    void read(byte[] bytes, int start, int end) {
        int line = start;
        while (line < end) {
            int lineEnd = line;
            while (lineEnd < end && bytes[lineEnd] != '\n' && bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            line(bytes, line, lineEnd);
            // The LF of a CRLF is read as one more empty line, which says nothing.
            line = lineEnd + 1;
        }
        join();
    }

    private void line(byte[] bytes, int start, int end) {
        if (isField(DATA, bytes, start, end)) {
            addData(bytes, valueStart(bytes, start + DATA.length, end), end);
        } else if (isField(EVENT, bytes, start, end)) {
            int value = valueStart(bytes, start + EVENT.length, end);
            namedError = Arrays.equals(bytes, value, end, ERROR, 0, ERROR.length);
        }
    }

    private static boolean isField(byte[] name, byte[] bytes, int start, int end) {
        int colon = start + name.length;
        return colon <= end
                && (colon == end || bytes[colon] == ':')
                && Arrays.equals(bytes, start, colon, name, 0, name.length);
    }

    /** After the colon and one space, both of which may be missing. */
    private static int valueStart(byte[] bytes, int colon, int end) {
        int value = Math.min(colon + 1, end);
        return value < end && bytes[value] == ' ' ? value + 1 : value;
    }

    private void addData(byte[] bytes, int start, int end) {
        dataLines++;
        if (dataLines == 1) {
            data = bytes;
            from = start;
            to = end;
            return;
        }
        if (dataLines == 2) {
            joined.write(data, from, to - from);
        }
        joined.write('\n');
        joined.write(bytes, start, end - start);
    }

    private void join() {
        if (dataLines > 1) {
            data = joined.toByteArray();
            from = 0;
            to = data.length;
        }
    }

    /** A block without data, or with an empty line of it, is not dispatched. */
    boolean hasData() {
        return to > from;
    }

    boolean namedError() {
        return namedError;
    }

    boolean isDone() {
        int start = from;
        int end = to;
        while (start < end && data[start] <= ' ') {
            start++;
        }
        while (end > start && data[end - 1] <= ' ') {
            end--;
        }
        return Arrays.equals(data, start, end, DONE, 0, DONE.length);
    }

    /** Hands the data on, read in full. */
    void collect(ChoiceCollector choices) {
        choices.add(data, from, to);
    }

    ChunkScan scan() {
        return ChunkScan.of(data, from, to);
    }
}
