package dev.fresnel.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Walks a JSON text in memory, token by token, and knows where each value stands. Used once, by one thread. */
final class JsonCursor implements AutoCloseable {
    /** Deeper than any real request; keeps a hostile one from costing memory. */
    static final int MAX_DEPTH = 64;

    private static final int MAX_NAME_IN_PATH = 64;

    /*
     * The listener bounds the size of a body, so the parser's own limits on strings, names and numbers are lifted: a 30 MB image in
     * a data URL is a legal request. Names are not interned: they come from clients and would outlive them.
     */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final byte[] json;
    private final JsonParser parser;

    JsonCursor(byte[] json) throws IOException {
        this(json, 0, json.length);
    }

    /** Over a part of an array; spans count from the start of that part, so only whole bodies should ask for spans. */
    JsonCursor(byte[] json, int from, int length) throws IOException {
        this.json = json;
        this.parser = FACTORY.createParser(json, from, length);
    }

    /** Goes on where another reader's parser stands; knows no spans. */
    JsonCursor(JsonParser parser) {
        this.json = new byte[0];
        this.parser = parser;
    }

    byte[] json() {
        return json;
    }

    /** The next token; null at the end of the text. */
    @Nullable
    JsonToken next() throws IOException {
        return parser.nextToken();
    }

    /** The next token, which must exist: the parser itself fails on a text that ends inside a value. */
    JsonToken nextValue() throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw new IllegalStateException("the parser ended inside a value");
        }
        return token;
    }

    /** Moves to the next key of the current object; false at its end. */
    boolean nextKey() throws IOException {
        return parser.nextToken() == JsonToken.FIELD_NAME;
    }

    /** The key most recently met, decoded. */
    String key() throws IOException {
        return parser.currentName();
    }

    /** The current scalar's text, decoded. */
    String text() throws IOException {
        return parser.getText();
    }

    boolean at(JsonToken token) {
        return parser.hasToken(token);
    }

    /** Offset of the current token's first byte. */
    int start() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** Goes past the current value, whatever it is. */
    void skip() throws IOException {
        parser.skipChildren();
    }

    /** Goes past the current value and returns where it stood. */
    Span skipSpan() throws IOException {
        int start = start();
        return new Span(start, skipToEnd(start));
    }

    /**
     * Offset after the current value. Objects and arrays are skipped. A string's end is only looked for: the parser checks the string
     * when it moves on, and asked to finish it now it would decode all of it.
     */
    private int skipToEnd(int start) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT, START_ARRAY -> {
                parser.skipChildren();
                yield start() + 1;
            }
            case VALUE_STRING -> ByteSearch.endOfString(json, start + 1);
            case VALUE_TRUE, VALUE_NULL -> start + 4;
            case VALUE_FALSE -> start + 5;
            default -> endOfNumber(start);
        };
    }

    private int endOfNumber(int start) {
        int end = start;
        while (end < json.length && isNumberByte(json[end])) {
            end++;
        }
        return end;
    }

    private static boolean isNumberByte(byte b) {
        return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    /** Where the cursor is, as {@code messages[2].content}; empty at the root. Long names are cut. */
    String path() {
        StringBuilder path = new StringBuilder();
        appendPath(parser.getParsingContext(), path);
        return path.toString();
    }

    private static void appendPath(@Nullable JsonStreamContext context, StringBuilder path) {
        if (context == null || context.inRoot()) {
            return;
        }
        appendPath(context.getParent(), path);
        if (context.inArray() && context.hasCurrentIndex()) {
            path.append('[').append(context.getCurrentIndex()).append(']');
        } else if (context.inObject() && context.getCurrentName() != null) {
            String name = context.getCurrentName();
            path.append(path.isEmpty() ? "" : ".").append(name, 0, Math.min(name.length(), MAX_NAME_IN_PATH));
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    /** Reads the current object to its end and returns the last string under a key. */
    Optional<String> lastString(String wanted) throws IOException {
        Optional<String> found = Optional.empty();
        while (nextKey()) {
            boolean hit = key().equals(wanted);
            if (nextValue() == JsonToken.VALUE_STRING && hit) {
                found = Optional.of(text());
            } else {
                skip();
            }
        }
        return found;
    }

    /** The span of an object or array that began at {@code start} and at whose closing token the cursor is. */
    Span closed(int start) {
        return new Span(start, start() + 1);
    }
}
