package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Looks through one chunk of a streamed reply, in one pass and without a parser.
 *
 * <p>A chunk of 300 bytes carries three bytes of text, thousands of times per reply, and all that is asked of it is where a few keys stand. The
 * scan finds strings, tells keys from values by the colon after them, and counts brackets. It believes the upstream that the chunk is
 * JSON: on anything else it finds nothing or nonsense, but never fails. Only a usage object is then parsed for real.
 */
final class ChunkScan {
    /** Names and reasons are short; a longer one is noise that is not worth keeping. */
    private static final int MAX_NAME = 256;

    private static final byte[] MODEL = ascii("model");
    private static final byte[] USAGE = ascii("usage");
    private static final byte[] ERROR = ascii("error");
    private static final byte[] CHOICES = ascii("choices");
    private static final byte[] CONTENT = ascii("content");
    private static final byte[] REFUSAL = ascii("refusal");
    private static final byte[] REASONING = ascii("reasoning");
    private static final byte[] ARGUMENTS = ascii("arguments");
    private static final byte[] TOOL_CALLS = ascii("tool_calls");
    private static final byte[] FINISH_REASON = ascii("finish_reason");
    private static final byte[] FUNCTION_CALL = ascii("function_call");
    private static final byte[] REASONING_CONTENT = ascii("reasoning_content");

    /** Inside {@code choices[i].delta}: root, array, choice, delta. */
    private static final int DELTA_DEPTH = 4;

    private static final int CHOICE_DEPTH = 3;

    private final byte[] json;
    private final int to;
    private int depth;
    private int usageAt = -1;
    private boolean noChoices;
    private boolean error;
    private boolean contentSeen;
    private boolean refused;
    private long contentChars;
    private Optional<String> model = Optional.empty();
    private Optional<String> finishReason = Optional.empty();

    private ChunkScan(byte[] json, int to) {
        this.json = json;
        this.to = to;
    }

    static ChunkScan of(byte[] json, int from, int to) {
        ChunkScan scan = new ChunkScan(json, to);
        scan.run(from);
        return scan;
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    boolean error() {
        return error;
    }

    boolean contentSeen() {
        return contentSeen;
    }

    boolean refused() {
        return refused;
    }

    /** Code points of everything the model wrote in this chunk. */
    long contentChars() {
        return contentChars;
    }

    Optional<String> model() {
        return model;
    }

    Optional<String> finishReason() {
        return finishReason;
    }

    /** The chunk that {@code include_usage} adds: whole, a usage object, {@code choices} present and empty. */
    boolean isUsageChunk() {
        return noChoices && usageAt >= 0 && depth == 0 && !error;
    }

    Optional<Usage> usage() {
        if (usageAt < 0) {
            return Optional.empty();
        }
        try (JsonCursor cursor = new JsonCursor(json, usageAt, to - usageAt)) {
            return cursor.next() == JsonToken.START_OBJECT ? UsageReader.read(cursor) : Optional.empty();
        } catch (IOException notJson) {
            // The bytes go on as they came; there is merely nothing to count.
            return Optional.empty();
        }
    }

    private void run(int from) {
        int i = from;
        while (i < to) {
            switch (json[i]) {
                case '"' -> i = string(i);
                case '{', '[' -> {
                    depth++;
                    i++;
                }
                case '}', ']' -> {
                    depth--;
                    i++;
                }
                default -> i++;
            }
        }
    }

    /** Goes past the string at {@code start}; past its colon, and maybe its value, when it is a key. */
    private int string(int start) {
        int end = endOfString(start);
        int colon = afterWhitespace(end);
        if (colon >= to || json[colon] != ':') {
            return end;
        }
        int value = afterWhitespace(colon + 1);
        return value < to ? key(start + 1, end - 1, value) : to;
    }

    /** Notes what the key says and returns where to go on: at its value, or past it. */
    private int key(int from, int end, int value) {
        switch (end - from) {
            case 5 -> {
                if (depth == 1) {
                    rootMember(from, end, value);
                }
            }
            case 7 -> {
                if (depth == 1 && is(CHOICES, from, end)) {
                    noChoices = isEmptyArray(value);
                } else if (is(CONTENT, from, end)) {
                    return text(value);
                } else if (is(REFUSAL, from, end)) {
                    long before = contentChars;
                    int after = text(value);
                    refused |= contentChars > before;
                    return after;
                }
            }
            case 9 -> {
                if (is(REASONING, from, end) || is(ARGUMENTS, from, end)) {
                    return text(value);
                }
            }
            case 10 -> {
                if (is(TOOL_CALLS, from, end)) {
                    contentSeen |= depth >= DELTA_DEPTH && json[value] == '[' && !isEmptyArray(value);
                }
            }
            case 13 -> {
                if (is(FINISH_REASON, from, end)) {
                    finishReason = depth == CHOICE_DEPTH ? name(value).or(() -> finishReason) : finishReason;
                } else if (is(FUNCTION_CALL, from, end)) {
                    contentSeen |= depth >= DELTA_DEPTH && json[value] == '{';
                }
            }
            case 17 -> {
                if (is(REASONING_CONTENT, from, end)) {
                    return text(value);
                }
            }
            default -> {}
        }
        return value;
    }

    private void rootMember(int from, int end, int value) {
        if (is(MODEL, from, end)) {
            model = name(value);
        } else if (is(USAGE, from, end) && json[value] == '{') {
            usageAt = value;
        } else if (is(ERROR, from, end)) {
            error |= json[value] == '{' || json[value] == '"';
        }
    }

    /** Counts a text value that the model wrote and returns the offset after it; other values are left to be walked. */
    private int text(int value) {
        if (json[value] != '"' || depth < DELTA_DEPTH) {
            return value;
        }
        int end = endOfString(value);
        long chars = codePoints(value + 1, Math.max(value + 1, end - 1));
        contentChars += chars;
        contentSeen |= chars > 0;
        return end;
    }

    /** A character is what starts one: continuation bytes do not, escapes do once, the second half of an escaped pair does not. */
    private long codePoints(int from, int end) {
        long count = 0;
        for (int i = from; i < end; i++) {
            byte b = json[i];
            if (b == '\\' && i + 1 < end) {
                i++;
                if (json[i] == 'u' && i + 4 < end) {
                    count -= isLowSurrogate(i + 1) ? 1 : 0;
                    i += 4;
                }
                count++;
            } else if ((b & 0xc0) != 0x80) {
                count++;
            }
        }
        return count;
    }

    /** Four hex digits DC00 to DFFF. */
    private boolean isLowSurrogate(int hex) {
        return (json[hex] | 0x20) == 'd' && Character.digit(json[hex + 1], 16) >= 0xc;
    }

    private Optional<String> name(int value) {
        if (json[value] != '"') {
            return Optional.empty();
        }
        int end = endOfString(value);
        return end - value <= 2 || end - value > MAX_NAME || json[end - 1] != '"'
                ? Optional.empty()
                : Optional.of(JsonText.unescape(json, value + 1, end - 1));
    }

    private boolean is(byte[] name, int from, int end) {
        return Arrays.equals(json, from, end, name, 0, name.length);
    }

    private boolean isEmptyArray(int value) {
        int inside = afterWhitespace(value + 1);
        return json[value] == '[' && inside < to && json[inside] == ']';
    }

    /** Offset after the closing quote; the end of the chunk when there is none. */
    private int endOfString(int start) {
        for (int i = start + 1; i < to; i++) {
            if (json[i] == '\\') {
                i++;
            } else if (json[i] == '"') {
                return i + 1;
            }
        }
        return to;
    }

    private int afterWhitespace(int from) {
        int i = from;
        while (i < to && (json[i] == ' ' || json[i] == '\t' || json[i] == '\n' || json[i] == '\r')) {
            i++;
        }
        return i;
    }
}
