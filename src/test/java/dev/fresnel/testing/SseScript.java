package dev.fresnel.testing;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A reply of {@code text/event-stream}, chunked, with chosen chunk borders and pacing. Immutable. */
public final class SseScript implements Script {
    static final List<Map.Entry<String, String>> HEADERS =
            List.of(Map.entry("content-type", "text/event-stream"), Map.entry("x-request-id", "req_fake"));

    private static final String DONE = "data: [DONE]\n\n";
    private static final int ONE_PER_EVENT = 0;

    private final List<String> events;
    private final int chunkSize;
    private final Duration gap;

    private SseScript(List<String> events, int chunkSize, Duration gap) {
        this.events = List.copyOf(events);
        this.chunkSize = chunkSize;
        this.gap = gap;
    }

    static SseScript of(List<String> payloads) {
        List<String> events = new ArrayList<>();
        payloads.forEach(payload -> events.add("data: " + payload + "\n\n"));
        events.add(DONE);
        return new SseScript(events, ONE_PER_EVENT, Duration.ZERO);
    }

    static SseScript raw(String bytes) {
        return new SseScript(List.of(bytes), ONE_PER_EVENT, Duration.ZERO);
    }

    /** Every chunk has this many bytes, the last one perhaps fewer; event borders are ignored unless events are paced. */
    public SseScript inChunksOf(int bytes) {
        return new SseScript(events, bytes, gap);
    }

    /** All events in one chunk. */
    public SseScript inOneChunk() {
        return inChunksOf(Integer.MAX_VALUE);
    }

    /** One event, then this pause, by a timer. */
    public SseScript pacedBy(Duration pause) {
        return new SseScript(events, chunkSize, pause);
    }

    public SseScript withoutDone() {
        return new SseScript(
                events.stream().filter(event -> !event.equals(DONE)).toList(), chunkSize, gap);
    }

    /** The body as one text. */
    public String bytes() {
        return String.join("", events);
    }

    @Override
    public void play(FakeReply reply) {
        reply.head(200, HEADERS, Framing.CHUNKED);
        if (gap.isZero()) {
            List<Buffer> writes = new ArrayList<>();
            if (chunkSize == ONE_PER_EVENT) {
                events.forEach(event -> writes.add(Buffer.buffer(event)));
            } else {
                writes.addAll(split(Buffer.buffer(bytes())));
            }
            writes.forEach(reply::body);
            reply.end();
        } else {
            playFrom(reply, 0);
        }
    }

    private void playFrom(FakeReply reply, int index) {
        if (index == events.size()) {
            reply.end();
            return;
        }
        Buffer event = Buffer.buffer(events.get(index));
        (chunkSize == ONE_PER_EVENT ? List.of(event) : split(event)).forEach(reply::body);
        reply.after(gap, () -> playFrom(reply, index + 1));
    }

    private List<Buffer> split(Buffer bytes) {
        List<Buffer> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length(); ) {
            int end = (int) Math.min((long) at + chunkSize, bytes.length());
            pieces.add(bytes.getBuffer(at, end));
            at = end;
        }
        return pieces;
    }
}
