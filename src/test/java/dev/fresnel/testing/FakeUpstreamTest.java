package dev.fresnel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FakeUpstreamTest {
    private static final String ASK = "{\"model\":\"m-1\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream fake = FakeUpstream.start(vertx);

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @Test
    void recordsTheRequestByteForByte() throws IOException {
        fake.byDefault(Script.json("{}"));

        String reply = talk(post("/v1/chat/completions?a=1&a=2", "{ \"model\" : 1e400 }"));

        assertThat(reply).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n{}");
        assertThat(fake.lastRequest().method()).isEqualTo("POST");
        assertThat(fake.lastRequest().uri()).isEqualTo("/v1/chat/completions?a=1&a=2");
        assertThat(fake.lastRequest().header("Host")).isEqualTo("x");
        assertThat(fake.lastRequest().bodyText()).isEqualTo("{ \"model\" : 1e400 }");
    }

    @Test
    void readsAChunkedRequest() throws IOException {
        fake.byDefault(Script.json("{}"));

        String head = "POST /v1/files HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        String body = "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n";

        String reply = talk(head + body);

        assertThat(reply).startsWith("HTTP/1.1 200 ");
        assertThat(fake.lastRequest().bodyText()).isEqualTo("abcde");
    }

    @Test
    void countsARequestWhoseBodyBreaksOff() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"
                            .getBytes(StandardCharsets.US_ASCII));
            Await.until("the head arrived", () -> fake.openStreams() == 1);
        }

        Await.until("the break is seen", () -> fake.brokenRequests() == 1);
        assertThat(fake.requests()).isEmpty();
        assertThat(fake.openStreams()).isZero();
    }

    @Test
    void servesSeveralRequestsOnOneConnection() throws IOException {
        fake.reply(Script.json("{\"n\":1}"));
        fake.reply(Script.completion("hi \"you\"", Usage.of(3, 4)));

        String two = talk("GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + post("/b", ASK));

        assertThat(two).contains("{\"n\":1}").contains("hi \\\"you\\\"").contains("\"prompt_tokens\":3");
        assertThat(fake.requests()).extracting(RecordedRequest::uri).containsExactly("/a", "/b");
        assertThat(fake.connectionsEver()).isEqualTo(1);
    }

    @Test
    void streamsAsAskedInAnyChunking() throws IOException {
        fake.byDefault(Script.byRequest(request -> Script.sse(Script.chatEvents(request, "one two", Usage.of(3, 2)))
                .inChunksOf(7)));

        String reply = dechunk(talk(post("/v1/chat/completions", ASK)));

        assertThat(reply)
                .contains("\"content\":\"one\"")
                .contains("\"content\":\" \"")
                .contains("\"choices\":[],\"usage\"")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void endlessStreamEnds_whenTheClientGoes() throws IOException {
        fake.byDefault(Script.endless(Duration.ZERO));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(post("/x", ASK).getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(100_000)).hasSize(100_000);
            assertThat(fake.openStreams()).isEqualTo(1);
        }

        Await.until("the stream is closed", () -> fake.openStreams() == 0 && fake.connections() == 0);
    }

    @Test
    void cutsWhereTold() throws IOException {
        SseScript stream = Script.sse(List.of("{\"a\":1}", "{\"b\":2}"));
        for (int n = 0; n < stream.bytes().length(); n++) {
            fake.reply(Script.finAfter(n, stream));

            String reply = talk(post("/x", ASK));

            assertThat(dechunk(reply)).isEqualTo(stream.bytes().substring(0, n));
            assertThat(reply).doesNotContain("\r\n0\r\n\r\n");
        }
        assertThat(fake.openStreams()).isZero();
    }

    @Test
    void resetsTheConnection_afterTheBytesBefore() throws IOException {
        fake.byDefault(Script.resetAfter(4, Script.sse(List.of("{}"))));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(post("/x", ASK).getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();

            assertThat(reset(in)).isTrue();
        }
        assertThat(fake.openStreams()).isZero();
    }

    @Test
    void answersBeforeTheBody() throws IOException {
        fake.replyBeforeBody(Script.error(413));

        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 413");
        }
        Await.until("the broken body is counted", () -> fake.brokenRequests() == 1);
        assertThat(fake.openStreams()).isZero();
    }

    private static boolean reset(InputStream in) throws IOException {
        try {
            while (in.read() >= 0) {}
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), fake.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private String talk(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String post(String uri, String body) {
        return "POST " + uri + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    /** What a lenient reader gets out of a chunked reply, cut or not. */
    private static String dechunk(String reply) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] bytes = reply.substring(reply.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < bytes.length) {
            int lineEnd = at;
            while (lineEnd < bytes.length && bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            int size = Integer.parseInt(new String(bytes, at, lineEnd - at, StandardCharsets.US_ASCII), 16);
            int from = lineEnd + 2;
            body.write(bytes, from, Math.min(size, bytes.length - from));
            at = from + size + 2;
        }
        return body.toString(StandardCharsets.UTF_8);
    }
}
