package dev.fresnel.testing;

import dev.fresnel.chat.Usage;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What a {@link FakeUpstream} does with one request. Runs on the connection's event loop. */
@FunctionalInterface
public interface Script {
    void play(FakeReply reply);

    /** 200 with a JSON body. */
    static Script json(String body) {
        return json(200, body);
    }

    static Script json(int status, String body) {
        return status(status, Map.of("content-type", "application/json"), body);
    }

    /** A reply with exactly these headers, a {@code content-length} and the body. */
    static Script status(int status, Map<String, String> headers, String body) {
        return reply -> {
            Buffer bytes = Buffer.buffer(body);
            List<Map.Entry<String, String>> all = new ArrayList<>(headers.entrySet());
            if (status == 204 || status == 304) {
                reply.head(status, all, Framing.NONE);
            } else {
                all.add(Map.entry("content-length", String.valueOf(bytes.length())));
                reply.head(status, all, Framing.LENGTH);
                reply.body(bytes);
            }
            reply.end();
        };
    }

    /** An error of this status in OpenAI's shape. */
    static Script error(int status) {
        return json(status, errorBody("scripted " + status));
    }

    /** 429 with {@code retry-after} in seconds. */
    static Script rateLimited(String retryAfter) {
        return status(
                429,
                Map.of("content-type", "application/json", "retry-after", retryAfter),
                errorBody("scripted rate limit"));
    }

    private static String errorBody(String message) {
        return "{\"error\":{\"message\":\"" + message + "\",\"type\":\"scripted\",\"param\":null,\"code\":null}}";
    }

    /** A whole chat completion; the reply names the model that was asked. */
    static Script completion(String text, Usage usage) {
        return reply ->
                json(ChatJson.completion(reply.request().model(), text, usage)).play(reply);
    }

    /**
     * A model: streams when the request says {@code "stream":true}, one word per event, with a usage event when that was
     * asked for; else a whole completion.
     */
    static Script chat(String text, Usage usage) {
        return reply -> {
            if (reply.request().asksForStream()) {
                chatStream(text, usage).play(reply);
            } else {
                completion(text, usage).play(reply);
            }
        };
    }

    /** {@link #chat} for a request that is known to stream. */
    static Script chatStream(String text, Usage usage) {
        return byRequest(request -> sse(chatEvents(request, text, usage)));
    }

    /** Payloads of the events that {@link #chatStream} sends, {@code [DONE]} excluded. */
    static List<String> chatEvents(RecordedRequest request, String text, Usage usage) {
        Optional<Usage> asked = request.asksForUsage() ? Optional.of(usage) : Optional.empty();
        return ChatJson.events(request.model(), text, asked);
    }

    /** {@code data:} events with these payloads and {@code data: [DONE]}; see {@link SseScript} for pacing and chunking. */
    static SseScript sse(List<String> payloads) {
        return SseScript.of(payloads);
    }

    /** These bytes as {@code text/event-stream}, nothing added. */
    static SseScript rawSse(String bytes) {
        return SseScript.raw(bytes);
    }

    /** Events for ever, one per gap, back-pressured; ends only when the client goes. A zero gap writes as fast as it can. */
    static Script endless(Duration gap) {
        return reply -> {
            reply.head(200, SseScript.HEADERS, Framing.CHUNKED);
            endlessly(reply, gap, 0);
        };
    }

    private static void endlessly(FakeReply reply, Duration gap, long count) {
        reply.body(Buffer.buffer("data: " + ChatJson.delta("fake-model", "word" + count + " ") + "\n\n"));
        if (gap.isZero()) {
            reply.whenWritable(() -> endlessly(reply, gap, count + 1));
        } else {
            reply.after(gap, () -> reply.whenWritable(() -> endlessly(reply, gap, count + 1)));
        }
    }

    /** Reads the request and never answers. */
    static Script hang() {
        return reply -> {};
    }

    /** Sends the reply's head and nothing more. */
    static Script hangAfterHead() {
        return reply -> reply.head(200, SseScript.HEADERS, Framing.CHUNKED);
    }

    /** The head, and all it leads to, only after {@code time}. */
    static Script delay(Duration time, Script then) {
        return reply -> reply.after(time, () -> then.play(reply));
    }

    /** TCP reset instead of a reply. */
    static Script reset() {
        return FakeReply::reset;
    }

    /** Orderly close instead of a reply. */
    static Script fin() {
        return FakeReply::close;
    }

    /** TCP reset once this many body bytes of {@code then} are out; in the middle of a chunk when they end there. */
    static Script resetAfter(int bytes, Script then) {
        return reply -> {
            reply.cutAfter(bytes, FakeReply::reset);
            then.play(reply);
        };
    }

    /** Orderly close once this many body bytes of {@code then} are out: with chunked framing, no terminator follows. */
    static Script finAfter(int bytes, Script then) {
        return reply -> {
            reply.cutAfter(bytes, FakeReply::close);
            then.play(reply);
        };
    }

    /** Events, then a chunk header that is not a number. */
    static Script badChunk(List<String> payloads) {
        return reply -> {
            reply.head(200, SseScript.HEADERS, Framing.CHUNKED);
            payloads.forEach(payload -> reply.body(Buffer.buffer("data: " + payload + "\n\n")));
            reply.raw(Buffer.buffer("zz\r\nnot a chunk\r\n"));
        };
    }

    /** Events and a well-framed end, but no {@code [DONE]}. */
    static Script eofWithoutDone(List<String> payloads) {
        return SseScript.of(payloads).withoutDone();
    }

    /** Bytes as they are on the wire, head included; the connection stays open. */
    static Script raw(String wire) {
        return reply -> {
            reply.raw(Buffer.buffer(wire));
            reply.end();
        };
    }

    /** Bytes as they are on the wire, head included, then an orderly close. */
    static Script rawThenClose(String wire) {
        return reply -> {
            reply.raw(Buffer.buffer(wire));
            reply.close();
        };
    }

    static Script byRequest(Function<RecordedRequest, Script> choice) {
        return reply -> choice.apply(reply.request()).play(reply);
    }
}
