package dev.fresnel.estimate;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.JsonString;
import dev.fresnel.chat.Message;
import dev.fresnel.chat.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts with OpenAI's {@code o200k_base} encoding. Other vendors' tokenizers differ by some ten per cent on English and code; what
 * is billed comes from the provider's {@code usage} anyway.
 *
 * <p>Requests up to {@value #EXACT_BYTES} bytes of text are counted exactly. Of larger ones, {@value #WINDOWS} windows of
 * {@value #WINDOW_BYTES} bytes, evenly spread over all text, are counted and extrapolated by bytes: an exact count of 100 KB holds an
 * event loop for 9 ms, this one stays the same for any size. A window's cut edges add about half a token each, below 2 %.
 *
 * <p>Added on top, after OpenAI's published counting recipe: {@value #PER_MESSAGE} tokens per message, {@value #PER_REPLY} per
 * request, and {@value #PER_IMAGE} per image (1024 x 1024 at high detail), since image sizes are not known without fetching them.
 *
 * <p>The encoding's tables are loaded once per process, at the first count or {@link #preload()}.
 */
public final class JtokkitEstimator implements TokenEstimator {
    static final int EXACT_BYTES = 2048;
    static final int WINDOWS = 8;
    static final int WINDOW_BYTES = 256;
    static final int PER_MESSAGE = 3;
    static final int PER_REPLY = 3;
    static final int PER_IMAGE = 765;

    /** Loads the tables now. They take some hundred milliseconds: not a thing to do on an event loop with the first request. */
    public void preload() {
        long _ = count("warm");
    }

    @Override
    public long inputTokens(ChatRequest request) {
        List<Piece> pieces = new ArrayList<>();
        long tokens = PER_REPLY;
        for (Message message : request.messages()) {
            tokens += PER_MESSAGE + (long) PER_IMAGE * message.images();
            message.texts().forEach(text -> pieces.add(new Text(text)));
            message.toolCalls().ifPresent(span -> pieces.add(new Raw(request.bytes(), span)));
        }
        request.toolsJson().ifPresent(tools -> pieces.add(new Raw(tools, new Span(0, tools.length))));
        request.responseFormatJson().ifPresent(schema -> pieces.add(new Raw(schema, new Span(0, schema.length))));
        return tokens + tokensOf(pieces);
    }

    /** Tokens of a text we wrote or hold ourselves; exact up to the bound, extrapolated above it. */
    public long textTokens(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return tokensOf(List.of(new Raw(bytes, new Span(0, bytes.length))));
    }

    private static long tokensOf(List<Piece> pieces) {
        long total = pieces.stream().mapToLong(Piece::length).sum();
        if (total <= EXACT_BYTES) {
            return pieces.stream()
                    .mapToLong(piece -> count(piece.sample(0, piece.length())))
                    .sum();
        }
        long counted = 0;
        long seen = 0;
        long pieceStart = 0;
        int window = 0;
        // One walk over the pieces; windows that end in the next piece are cut at the border.
        for (Piece piece : pieces) {
            long pieceEnd = pieceStart + piece.length();
            while (window < WINDOWS && windowStart(window, total) < pieceEnd) {
                int from = (int) (windowStart(window, total) - pieceStart);
                int length = Math.min(WINDOW_BYTES, piece.length() - from);
                counted += count(piece.sample(from, length));
                seen += length;
                window++;
            }
            pieceStart = pieceEnd;
        }
        return Math.round((double) counted * total / Math.max(1, seen));
    }

    /** Windows begin at the start of the text and end at its end. */
    private static long windowStart(int window, long total) {
        return (total - WINDOW_BYTES) * window / (WINDOWS - 1);
    }

    private static long count(String text) {
        return Tables.O200K.countTokensOrdinary(text);
    }

    /** Loads at first use; class initialisation is the lock. */
    private static final class Tables {
        static final Encoding O200K = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

        private Tables() {}
    }

    /** A run of text whose windows can be decoded without the rest. */
    private sealed interface Piece {
        /** Bytes as they stand in the body. */
        int length();

        String sample(int from, int length);
    }

    private record Text(JsonString text) implements Piece {
        @Override
        public int length() {
            return text.rawLength();
        }

        @Override
        public String sample(int from, int length) {
            return text.sample(from, length);
        }
    }

    // Providers see tool definitions and calls in a form of their own; the JSON text is the nearest we know.
    @SuppressWarnings(
            "ArrayRecordComponent") // private, never compared, and copying a body to wrap it would be the greater fault
    private record Raw(byte[] bytes, Span span) implements Piece {
        @Override
        public int length() {
            return span.length();
        }

        @Override
        public String sample(int from, int length) {
            return new String(bytes, span.start() + from, length, StandardCharsets.UTF_8);
        }
    }
}
