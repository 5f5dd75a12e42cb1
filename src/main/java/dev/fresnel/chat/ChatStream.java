package dev.fresnel.chat;

import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches one streamed chat reply (server-sent events, WHATWG HTML section 9.2) go by and notes its facts. Bytes are forwarded as they
 * came; where chunks begin and end makes no difference to bytes or facts. One per reply; not thread-safe: used on the exchange's
 * context.
 *
 * <p>Lines may end in LF, CRLF or CR; comments, unknown fields, a missing space after the colon and several {@code data} lines are understood. An
 * event larger than {@link #MAX_EVENT} bytes passes unread; the ones after it are read again.
 *
 * <p>With {@link UsageChunk#DROP} the block that holds the usage chunk is taken out, and an incomplete event is withheld until its end has come, since it
 * may turn out to be that chunk. Nothing else is changed or delayed.
 */
public final class ChatStream {
    /** Bytes of one event, raw, beyond which nothing of it is read. */
    public static final int MAX_EVENT = 1 << 20;

    private static final int FIRST_HELD = 1024;

    private final UsageChunk usageChunk;
    private final Optional<ChoiceCollector> choices;

    /** The raw bytes of the event that has begun and not ended; withheld from the client only under DROP. */
    private byte[] held = new byte[FIRST_HELD];

    private int heldLength;
    private boolean lineEmpty = true;
    private boolean afterCarriageReturn;
    private boolean droppedLast;
    private boolean atStreamStart = true;
    private boolean cutAtEnd;

    private boolean done;
    private boolean contentSeen;
    private Optional<Usage> usage = Optional.empty();
    private Optional<String> model = Optional.empty();
    private Optional<String> finishReason = Optional.empty();
    private boolean refused;
    private boolean errorEvent;
    private long events;

    /** In an event that is too large to be read: its bytes pass, and only its end is looked for. */
    private boolean skipping;

    private long contentChars;

    public ChatStream(UsageChunk usageChunk) {
        this(usageChunk, Optional.empty());
    }

    /** @param choices gets what the model wrote as well, where somebody wants to read it */
    public ChatStream(UsageChunk usageChunk, Optional<ChoiceCollector> choices) {
        this.usageChunk = usageChunk;
        this.choices = choices;
    }

    /**
     * Takes the next bytes of the reply.
     *
     * @return what to forward now: the very same buffer under KEEP; under DROP maybe less, maybe nothing, maybe more than came
     */
    public Buffer push(Buffer chunk) {
        Outflow out = new Outflow(chunk, usageChunk);
        walk(chunk.getBytes(), out);
        return out.buffer();
    }

    /**
     * Ends the reply: an event without its blank line counts as ended.
     *
     * @return what was withheld until now; empty under KEEP
     */
    public Buffer finish() {
        if (heldLength == 0) {
            return Buffer.buffer();
        }
        boolean drop = inspect(held, 0, heldLength) && usageChunk == UsageChunk.DROP;
        cutAtEnd = !drop;
        Buffer rest = drop || usageChunk == UsageChunk.KEEP ? Buffer.buffer() : Buffer.buffer(heldBytes());
        heldLength = 0;
        return rest;
    }

    /** What the model wrote so far; empty where nobody asked for it, or it is more than was asked for. */
    public Optional<List<Choice>> choices() {
        return choices.flatMap(ChoiceCollector::choices);
    }

    public StreamFacts facts() {
        boolean atEventBoundary = !skipping && !cutAtEnd && (usageChunk == UsageChunk.DROP || heldLength == 0);
        return new StreamFacts(
                done,
                contentSeen,
                usage,
                model,
                finishReason,
                refused,
                errorEvent,
                events,
                atEventBoundary,
                contentChars);
    }

    /** Collects what of a chunk may go on; hands back the chunk itself when all of it may, which it always may under KEEP. */
    private static final class Outflow {
        private final Buffer chunk;
        private @Nullable Buffer changed;
        private final boolean forwardsAll;
        private int from;

        Outflow(Buffer chunk, UsageChunk usageChunk) {
            this.chunk = chunk;
            this.forwardsAll = usageChunk == UsageChunk.KEEP;
        }

        /** Bytes withheld from earlier chunks are free to go, ahead of the rest of this one. */
        void release(byte[] earlier) {
            if (earlier.length > 0 && !forwardsAll) {
                changed().appendBytes(earlier);
            }
        }

        /** The chunk's bytes from {@code start} to {@code end} do not go on now. */
        void withhold(int start, int end) {
            if (end > start && !forwardsAll) {
                changed().appendBuffer(chunk, from, start - from);
                from = end;
            }
        }

        Buffer buffer() {
            return changed == null ? chunk : changed.appendBuffer(chunk, from, chunk.length() - from);
        }

        private Buffer changed() {
            Buffer buffer = changed == null ? Buffer.buffer() : changed;
            changed = buffer;
            return buffer;
        }
    }

    private void walk(byte[] bytes, Outflow out) {
        int eventStart = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            boolean secondHalf = b == '\n' && afterCarriageReturn;
            afterCarriageReturn = b == '\r';
            if (secondHalf) {
                if (i == eventStart && heldLength == 0) {
                    // The line end of the event before; it shares that event's fate.
                    if (droppedLast) {
                        out.withhold(i, i + 1);
                    }
                    eventStart = i + 1;
                }
            } else if (b != '\n' && b != '\r') {
                lineEmpty = false;
            } else if (!lineEmpty) {
                lineEmpty = true;
            } else {
                endEvent(bytes, eventStart, i + 1, out);
                eventStart = i + 1;
            }
        }
        if (heldLength + (bytes.length - eventStart) > MAX_EVENT) {
            skip(out);
        } else if (!skipping) {
            hold(bytes, eventStart, bytes.length);
            out.withhold(eventStart, bytes.length);
        }
    }

    private void endEvent(byte[] bytes, int start, int end, Outflow out) {
        if (heldLength + (end - start) > MAX_EVENT) {
            skip(out);
        }
        if (skipping) {
            skipping = false;
            droppedLast = false;
            return;
        }
        int earlier = heldLength;
        boolean usageOnly;
        if (earlier == 0) {
            usageOnly = inspect(bytes, start, end);
        } else {
            hold(bytes, start, end);
            usageOnly = inspect(held, 0, heldLength);
        }
        droppedLast = usageOnly && usageChunk == UsageChunk.DROP;
        if (droppedLast) {
            out.withhold(start, end);
        } else if (earlier > 0) {
            // An event that began in an earlier chunk is the first to end in this one, so nothing of this one has gone
            // out yet.
            out.release(Arrays.copyOf(held, earlier));
        }
        heldLength = 0;
    }

    /** Counts the event, which is too large to be a comment or a usage chunk, and lets go what was withheld of it. */
    private void skip(Outflow out) {
        if (!skipping) {
            skipping = true;
            choices.ifPresent(ChoiceCollector::giveUp);
            events++;
            atStreamStart = false;
            out.release(heldBytes());
            heldLength = 0;
            held = new byte[FIRST_HELD];
        }
    }

    private void hold(byte[] bytes, int from, int to) {
        int length = to - from;
        if (heldLength + length > held.length) {
            held = Arrays.copyOf(held, Math.max(heldLength + length, 2 * held.length));
        }
        System.arraycopy(bytes, from, held, heldLength, length);
        heldLength += length;
    }

    private byte[] heldBytes() {
        return Arrays.copyOf(held, heldLength);
    }

    /**
     * Reads one block of lines, blank line included.
     *
     * @return true when it is the usage chunk
     */
    private boolean inspect(byte[] bytes, int from, int to) {
        EventLines lines = new EventLines();
        lines.read(bytes, atStreamStart ? afterByteOrderMark(bytes, from, to) : from, to);
        atStreamStart = false;
        if (!lines.hasData()) {
            return false;
        }
        events++;
        errorEvent |= lines.namedError();
        if (lines.isDone()) {
            done = true;
            return false;
        }
        choices.ifPresent(lines::collect);
        ChunkScan scan = lines.scan();
        contentSeen |= scan.contentSeen();
        refused |= scan.refused();
        contentChars += scan.contentChars();
        errorEvent |= scan.error();
        model = scan.model().or(() -> model);
        finishReason = scan.finishReason().or(() -> finishReason);
        usage = scan.usage().or(() -> usage);
        return scan.isUsageChunk();
    }

    private static int afterByteOrderMark(byte[] bytes, int from, int to) {
        boolean marked = to - from >= 3
                && bytes[from] == (byte) 0xef
                && bytes[from + 1] == (byte) 0xbb
                && bytes[from + 2] == (byte) 0xbf;
        return marked ? from + 3 : from;
    }
}
