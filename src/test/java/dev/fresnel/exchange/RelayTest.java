package dev.fresnel.exchange;

import static dev.fresnel.exchange.Scene.BIG_TASK;
import static dev.fresnel.exchange.Scene.QUICK;
import static dev.fresnel.exchange.Scene.SMALL_TALK;
import static dev.fresnel.exchange.Scene.streaming;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeReply;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.RawClient;
import dev.fresnel.testing.RawClient.RawReply;
import dev.fresnel.testing.Script;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream does when either of its ends misbehaves, seen from a bare socket. */
class RelayTest {
    private static final String ROUTE =
            "mode: rules\narms: [direct, fast-worker, alone]\nsmart: teacher\nrules: { break-even: false }";
    private static final String STREAM = streaming(SMALL_TALK);
    private static final List<String> EVENTS = ChatJson.events("smart", "Grüße an 5 Freunde 🎉", Optional.empty());

    private static String wire() {
        return Script.sse(EVENTS).bytes();
    }

    @Test
    void cutsTheClientOffWithAnErrorEvent_whereverTheUpstreamIsCut() {
        byte[] whole = Buffer.buffer(wire()).getBytes();
        List<Integer> cuts = new ArrayList<>();
        for (int at = 0; at < whole.length - "data: [DONE]\n\n".length(); at += 97) {
            cuts.add(at + 1);
        }
        int boundary = 0;
        for (String event : EVENTS) {
            boundary += Buffer.buffer("data: " + event + "\n\n").length();
            cuts.add(boundary);
            cuts.add(boundary - 1);
        }
        try (Scene scene = Scene.with(ROUTE)) {
            for (int cut : cuts) {
                scene.smart.byDefault(Script.finAfter(cut, Script.sse(EVENTS)));
                RawReply fin = RawClient.chat(scene.gateway.port(), STREAM).readAll();
                brokenAfter(new String(whole, 0, cut, java.nio.charset.StandardCharsets.UTF_8), fin, "FIN at " + cut);

                scene.smart.byDefault(Script.resetAfter(cut, Script.sse(EVENTS)));
                RawReply reset = RawClient.chat(scene.gateway.port(), STREAM).readAll();
                // A reset may overtake bytes that were already under way.
                assertThat(reset.text())
                        .as("RST at " + cut)
                        .contains("\"error\"")
                        .doesNotContain("[DONE]");
                assertThat(reset.complete() && reset.status() == 200)
                        .as("RST at " + cut)
                        .isFalse();
            }
        }
    }

    private static void brokenAfter(String sent, RawReply reply, String what) {
        assertThat(reply.status()).as(what).isEqualTo(200);
        assertThat(reply.text()).as(what).startsWith(sent).doesNotContain("[DONE]");
        assertThat(reply.complete()).as(what + ": never a clean end").isFalse();
        String[] events = reply.text().strip().split("\n\n", -1);
        assertThat(events[events.length - 1].strip())
                .as(what + ": an event of its own")
                .startsWith("data: {\"error\":{")
                .contains("upstream_stream_broken")
                .endsWith("}}");
    }

    @Test
    void treatsABadChunkAsACut() {
        try (Scene scene = Scene.with(ROUTE)) {
            scene.smart.byDefault(Script.badChunk(EVENTS));

            RawReply reply = RawClient.chat(scene.gateway.port(), STREAM).readAll();

            brokenAfter("", reply, "bad chunk");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "fast-worker"})
    void treatsACleanEndWithoutTheTerminalMarkerAsACut(String arm) {
        try (Scene scene = Scene.with(ROUTE)) {
            scene.smart.byDefault(Script.eofWithoutDone(EVENTS));
            scene.cheap.byDefault(Script.eofWithoutDone(EVENTS));

            RawReply reply = RawClient.chat(scene.gateway.port(), STREAM, "x-fresnel-arm", arm)
                    .readAll();

            brokenAfter("data: " + EVENTS.getFirst(), reply, arm);
            assertThat(scene.gateway.awaitLogged("\"request_finished\"")).contains("\"upstream_broken\"");
        }
    }

    static Stream<Arguments> oddStreams() {
        String done = "data: [DONE]\n\n";
        String delta = ChatJson.delta("smart", "ü🎉");
        return Stream.of(
                Arguments.of("plain", wire()),
                Arguments.of("CRLF", wire().replace("\n", "\r\n")),
                Arguments.of("CR", wire().replace("\n", "\r")),
                Arguments.of("no space", wire().replace("data: ", "data:")),
                Arguments.of(
                        "comments",
                        ": a\n\n" + wire().replace("\n\n", "\n\n: ping\n\n").replace(": ping\n\n: ping", ": ping")),
                Arguments.of("other fields", "retry: 10\nid: 7\nevent: odd\ndata: " + delta + "\n\n" + done),
                Arguments.of("several data lines", "data: {\"a\":\ndata: 1}\n\n" + done),
                Arguments.of("not JSON", "data: {oops\n\ndata: \n\nrubbish without a colon\n\n" + done),
                Arguments.of("more after the end", wire() + ": bye\n\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oddStreams")
    void passesEveryByte_whateverTheStreamLooksLike(String name, String bytes) {
        try (Scene scene = Scene.with(ROUTE)) {
            for (int chunk : new int[] {1, 7, 1460, Integer.MAX_VALUE}) {
                scene.smart.byDefault(Script.rawSse(bytes).inChunksOf(chunk));

                RawReply reply = RawClient.chat(scene.gateway.port(), STREAM).readAll();

                assertThat(reply.text()).as("chunks of " + chunk).isEqualTo(bytes);
                assertThat(reply.complete()).isTrue();
            }
        }
    }

    @Test
    void removesTheUsageChunkOnly_andOnlyWhenItAskedForIt() {
        try (Scene scene = Scene.with(ROUTE)) {
            scene.cheap.byDefault(Script.chat("ä b", Usage.of(3, 2)));
            String asking =
                    STREAM.replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");

            RawReply silent = RawClient.chat(scene.gateway.port(), STREAM, "x-fresnel-arm", "alone")
                    .readAll();
            RawReply asked = RawClient.chat(scene.gateway.port(), asking, "x-fresnel-arm", "alone")
                    .readAll();

            Usage usage = Usage.of(3, 2);
            assertThat(silent.text())
                    .isEqualTo(Script.sse(ChatJson.events("cheap", "ä b", Optional.empty()))
                            .bytes());
            assertThat(asked.text())
                    .isEqualTo(Script.sse(ChatJson.events("cheap", "ä b", Optional.of(usage)))
                            .bytes());
            assertThat(scene.cheap.requests()).allMatch(request -> request.asksForUsage());
        }
    }

    @Test
    void passesAnEventOfTwoMebibytes() {
        try (Scene scene = Scene.with(ROUTE)) {
            String bytes = "data: " + ChatJson.delta("smart", "x".repeat(2 << 20)) + "\n\ndata: [DONE]\n\n";
            scene.smart.byDefault(Script.rawSse(bytes));
            scene.cheap.byDefault(Script.rawSse(bytes));

            for (String arm : List.of("direct", "alone", "fast-worker")) {
                RawReply reply = RawClient.chat(scene.gateway.port(), STREAM, "x-fresnel-arm", arm)
                        .readAll();

                assertThat(reply.text()).as(arm).isEqualTo(bytes);
                assertThat(reply.complete()).isTrue();
            }
        }
    }

    static Stream<Arguments> oddBodies() {
        String json = "application/json";
        return Stream.of(
                Arguments.of(200, json, "{\"x\":1e400,\"n\":-0,\"dup\":1,\"dup\":2, \"u\":\"\\ud800\"}"),
                Arguments.of(200, "text/html", "<html>busy</html>"),
                Arguments.of(200, json, ""),
                Arguments.of(200, json, "{\"error\":{\"message\":\"quota\"}}"),
                Arguments.of(204, json, ""),
                Arguments.of(400, json, "{\"error\":{\"message\":\"bad\"}}"),
                Arguments.of(302, json, ""));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("oddBodies")
    void passesAWholeReplyAsItIs(int status, String type, String body) {
        try (Scene scene = Scene.with(ROUTE)) {
            scene.smart.byDefault(Script.status(status, Map.of("content-type", type), body));

            RawReply reply = RawClient.chat(scene.gateway.port(), SMALL_TALK).readAll();

            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.text()).isEqualTo(body);
            assertThat(reply.complete()).isTrue();
            assertThat(reply.head()).contains("x-fresnel-decision: direct");
            assertThat(reply.head().contains("content-length")).isEqualTo(status != 204);
        }
    }

    @Test
    void fillsSilenceOfADelegatedStream_andEndsItAtTheIdleLimit() {
        try (Scene scene = Scene.with(QUICK, ROUTE)) {
            scene.cheap.byDefault(oneEventThenSilence());

            RawReply reply = RawClient.chat(scene.gateway.port(), STREAM, "x-fresnel-arm", "fast-worker")
                    .readAll();

            assertThat(reply.text())
                    .contains("\n\n: keep-alive\n\n", "upstream_timeout")
                    .doesNotContain("[DONE]");
            assertThat(reply.complete()).isFalse();
        }
    }

    @Test
    void addsNothingToTheSilenceOfADirectStream() {
        try (Scene scene = Scene.with(QUICK, ROUTE)) {
            scene.smart.byDefault(oneEventThenSilence());

            RawReply reply = RawClient.chat(scene.gateway.port(), STREAM).readAll();

            assertThat(reply.text()).doesNotContain("keep-alive").contains("upstream_timeout");
        }
    }

    private static Script oneEventThenSilence() {
        return reply -> {
            reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
            reply.body(Buffer.buffer("data: " + EVENTS.get(1) + "\n\n"));
        };
    }

    // ---- the client ----

    enum Phase {
        BEFORE_HEAD,
        LENS,
        IDLE,
        BACK_PRESSURE
    }

    enum Leaving {
        FIN,
        RST
    }

    static Stream<Arguments> departures() {
        return Stream.of(Phase.values())
                .flatMap(phase -> Stream.of(Leaving.values()).map(how -> Arguments.of(phase, how)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("departures")
    void letsTheUpstreamGo_whenTheClientLeaves(Phase phase, Leaving how) {
        try (Scene scene = Scene.with(ROUTE + "\nlens: { build: inline, deadline: 1s }")) {
            Script script = switch (phase) {
                case BEFORE_HEAD, LENS -> Script.hang();
                case IDLE -> oneEventThenSilence();
                case BACK_PRESSURE -> Script.endless(Duration.ZERO);
            };
            FakeUpstream upstream = phase == Phase.LENS ? scene.teacher : scene.smart;
            upstream.byDefault(script);
            RawClient client =
                    RawClient.chat(scene.gateway.port(), 4096, streaming(phase == Phase.LENS ? BIG_TASK : SMALL_TALK));
            if (phase == Phase.BEFORE_HEAD || phase == Phase.LENS) {
                Await.until("the upstream has the request", () -> upstream.calls() == 1);
            } else {
                client.readUntil("data: {");
            }

            if (how == Leaving.RST) {
                client.reset();
            } else {
                client.close();
            }

            scene.awaitQuiet();
            assertThat(scene.gateway.awaitLogged("\"request_finished\"")).contains("\"client_gone\"");
            assertThat(scene.cheap.calls()).isZero();
        }
    }

    @Test
    void stopsTheUpstreamAndGivesTheClientUp_whenItDoesNotRead() {
        try (Scene scene = Scene.with(QUICK, ROUTE)) {
            AtomicLong sent = new AtomicLong();
            long plenty = 128L << 20;
            scene.smart.byDefault(flood(sent, plenty));
            RawClient client = RawClient.chat(scene.gateway.port(), 4096, STREAM);
            Await.until("the reply has begun", () -> sent.get() > 0);

            scene.awaitQuiet();

            assertThat(sent.get()).as("socket buffers, and no more").isLessThan(plenty / 2);
            Await.until(
                    "no connection is left", () -> scene.status("connections").equals("0"));
            client.close();
        }
    }

    @Test
    void givesTheClientUp_whenItDoesNotReadThatTheUpstreamBroke() {
        // The upstream's total time ends while the client's window is full, before the client is given up for that.
        RelayLimits patient = new RelayLimits(Duration.ofMillis(20), Duration.ofSeconds(5), 1 << 20);
        try (Scene scene = Scene.with(patient, ROUTE)) {
            AtomicLong sent = new AtomicLong();
            scene.cheap.byDefault(flood(sent, 128L << 20));
            RawClient client = RawClient.chat(scene.gateway.port(), 4096, STREAM, "x-fresnel-arm", "alone");
            Await.until("the reply has begun", () -> sent.get() > 0);

            scene.awaitQuiet();

            assertThat(scene.gateway.awaitLogged("\"request_finished\"")).contains("\"upstream_broken\"");
            Await.until(
                    "no connection is left", () -> scene.status("connections").equals("0"));
            client.close();
        }
    }

    private static Script flood(AtomicLong sent, long plenty) {
        return reply -> {
            reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
            pour(reply, Buffer.buffer("data: " + ChatJson.delta("smart", "x".repeat(64 << 10)) + "\n\n"), sent, plenty);
        };
    }

    private static void pour(FakeReply reply, Buffer event, AtomicLong sent, long plenty) {
        if (sent.addAndGet(event.length()) > plenty) {
            reply.end();
            return;
        }
        reply.body(event);
        reply.whenWritable(() -> pour(reply, event, sent, plenty));
    }
}
