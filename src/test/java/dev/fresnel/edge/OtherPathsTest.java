package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every path that is not chat passes through, byte for byte (S30). */
class OtherPathsTest {
    private Vertx vertx;
    private FakeUpstream upstream;
    private TestGateway gateway;
    private HttpClient http;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        upstream = FakeUpstream.start(vertx);
        upstream.byDefault(Script.json("{\"ok\":true}"));
        gateway = TestGateway.start(TestGateway.twoModels(upstream.baseUri(), upstream.baseUri(), "mode: rules"));
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterEach
    void stop() {
        http.close();
        gateway.close();
        upstream.close();
        Await.result(vertx.close());
    }

    @Test
    void passesEmbeddingsUntouched() throws Exception {
        String body = "{ \"model\":\"text-embedding\",  \"input\":[\"a\",\"\\u00e9\"], \"dimensions\": 1.0e2 }";

        HttpResponse<byte[]> reply = send(request("/v1/embeddings?trace=a%20b&x=1&x=2")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));

        assertThat(reply.body()).asString(StandardCharsets.UTF_8).isEqualTo("{\"ok\":true}");
        RecordedRequest seen = upstream.lastRequest();
        assertThat(seen.method()).isEqualTo("POST");
        assertThat(seen.uri()).isEqualTo("/v1/embeddings?trace=a%20b&x=1&x=2");
        assertThat(seen.bodyText()).isEqualTo(body);
    }

    @Test
    void passesAnUploadByteForByte_whenItIsLongAndBinary() throws Exception {
        byte[] file = new byte[1 << 20];
        new Random(42).nextBytes(file);
        Buffer body = Buffer.buffer("--b\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\n")
                .appendBytes(file)
                .appendString("\r\n--b--\r\n");

        HttpResponse<byte[]> sized = send(request("/v1/files")
                .header("content-type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes())));
        HttpResponse<byte[]> chunked = send(request("/v1/files")
                .header("content-type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(body.getBytes()))));

        assertThat(sized.statusCode()).isEqualTo(200);
        assertThat(chunked.statusCode()).isEqualTo(200);
        assertThat(upstream.requests()).hasSize(2).allSatisfy(seen -> {
            assertThat(seen.body()).isEqualTo(body);
            assertThat(seen.header("content-type")).isEqualTo("multipart/form-data; boundary=b");
        });
        assertThat(upstream.requests().get(0).header("content-length")).isEqualTo("" + body.length());
        assertThat(upstream.requests().get(1).header("transfer-encoding")).isEqualTo("chunked");
    }

    @Test
    void addsNoBody_whenTheRequestHasNone() throws Exception {
        send(request("/v1/files").GET());
        send(request("/v1/files/f1").DELETE());

        assertThat(upstream.requests()).extracting(RecordedRequest::method).containsExactly("GET", "DELETE");
        assertThat(upstream.requests()).allSatisfy(seen -> {
            assertThat(seen.headers().contains("content-length")).isFalse();
            assertThat(seen.headers().contains("transfer-encoding")).isFalse();
        });
    }

    @Test
    void saysThatTheBodyIsEmpty_whenAPostHasNone() throws Exception {
        send(request("/v1/batches/b/cancel").POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(upstream.lastRequest().header("content-length")).isEqualTo("0");
    }

    @Test
    void passesTheBodyOfAGet() throws Exception {
        send(request("/v1/files").method("GET", HttpRequest.BodyPublishers.ofString("odd")));

        assertThat(upstream.lastRequest().bodyText()).isEqualTo("odd");
    }

    @Test
    void passesRepliesWithoutABody() throws Exception {
        upstream.reply(Script.status(204, Map.of("x-request-id", "r1"), ""));
        upstream.reply(Script.status(200, Map.of("content-type", "text/plain"), "four"));

        HttpResponse<byte[]> none = send(request("/v1/files/f1").DELETE());
        HttpResponse<byte[]> head = send(request("/v1/files/f1/content").HEAD());
        HttpResponse<byte[]> after = send(request("/v1/files").GET());

        assertThat(none.statusCode()).isEqualTo(204);
        assertThat(none.headers().firstValue("x-request-id")).hasValue("r1");
        assertThat(head.headers().firstValue("content-length")).hasValue("4");
        assertThat(head.body()).isEmpty();
        assertThat(after.statusCode()).as("the connection is still in step").isEqualTo(200);
    }

    @Test
    void streamsAReplyThatEndsInItsOwnWay() throws Exception {
        String events = String.join(
                "",
                "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0}\n\n",
                ": comment\n\n",
                "event: response.completed\r\ndata: {\"type\":\"response.completed\"}\r\n\r\n");
        upstream.reply(Script.rawSse(events).inChunksOf(7));

        HttpResponse<byte[]> reply = send(request("/v1/responses")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"m\",\"input\":\"x\",\"stream\":true}")));

        assertThat(reply.body()).asString(StandardCharsets.UTF_8).isEqualTo(events);
        assertThat(gateway.awaitLogged("request_finished", "/v1/responses"))
                .contains("\"end\":\"complete\"", "\"arm\":\"pass-through\"");
    }

    @Test
    void passesACompressedReplyAsItIs_whenTheClientAcceptsIt() throws Exception {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write("{\"data\":[]}".getBytes(StandardCharsets.UTF_8));
        }
        upstream.reply(reply -> {
            reply.head(
                    200,
                    List.of(Map.entry("content-encoding", "gzip"), Map.entry("content-length", "" + zipped.size())),
                    Framing.LENGTH);
            reply.body(Buffer.buffer(zipped.toByteArray()));
            reply.end();
        });

        HttpResponse<byte[]> reply =
                send(request("/v1/files").header("accept-encoding", "gzip, br").GET());

        assertThat(upstream.lastRequest().header("accept-encoding")).isEqualTo("gzip, br");
        assertThat(reply.headers().firstValue("content-encoding")).hasValue("gzip");
        assertThat(reply.body()).isEqualTo(zipped.toByteArray());
    }

    @Test
    void passesHeadersThatConcernTheEnds_andNoOthers() throws Exception {
        upstream.reply(Script.status(
                429,
                Map.of(
                        "content-type", "application/json",
                        "x-request-id", "req_1",
                        "openai-processing-ms", "12",
                        "x-ratelimit-remaining-tokens", "7",
                        "retry-after", "3",
                        "x-should-retry", "false",
                        "x-fresnel-decision", "forged",
                        "keep-alive", "timeout=5"),
                "{\"error\":{}}"));

        try (RawConnection client = new RawConnection(gateway.port())) {
            String reply = client.send(String.join(
                            "\r\n",
                            "POST /v1/embeddings HTTP/1.1",
                            "Host: gateway",
                            "Content-Length: 2",
                            "Connection: close, x-private",
                            "X-Private: 1",
                            "TE: trailers",
                            "Keep-Alive: 5",
                            "OpenAI-Organization: org",
                            "OpenAI-Beta: a",
                            "OpenAI-Beta: b",
                            "Idempotency-Key: k",
                            "traceparent: 00-1-2-01",
                            "X-Stainless-Lang: js",
                            "session_id: s",
                            "anthropic-beta: c",
                            "X-Fresnel-Internal: lens",
                            "X-Fresnel-Mode: off",
                            "",
                            "{}"))
                    .readToEnd();

            assertThat(client.status()).isEqualTo(429);
            assertThat(reply)
                    .contains(
                            "x-request-id: req_1",
                            "openai-processing-ms: 12",
                            "x-ratelimit-remaining-tokens: 7",
                            "retry-after: 3",
                            "x-should-retry: false",
                            "x-fresnel-request-id: ")
                    .doesNotContain("forged", "timeout=5");
        }
        RecordedRequest seen = upstream.lastRequest();
        assertThat(seen.headerValues("openai-beta")).containsExactly("a", "b");
        assertThat(seen.headers().names())
                .contains(
                        "OpenAI-Organization",
                        "Idempotency-Key",
                        "traceparent",
                        "X-Stainless-Lang",
                        "session_id",
                        "anthropic-beta")
                .doesNotContain("X-Private", "TE", "Keep-Alive", "X-Fresnel-Internal", "X-Fresnel-Mode");
        assertThat(seen.header("host")).isEqualTo("127.0.0.1:" + upstream.port());
    }

    @Test
    void showsTheUpstreamABrokenRequest_whenTheClientBreaksOff() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            client.send("POST /v1/files HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            Await.until("the upload begins", () -> upstream.startedRequests() == 1);
            client.reset();
        }

        Await.until("the upstream sees the break", () -> upstream.brokenRequests() == 1);
        assertThat(upstream.calls()).isZero();
    }

    @Test
    void showsTheUpstreamABrokenRequest_whenTheFramingBreaks() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            client.send("POST /v1/files HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            Await.until("the upload begins", () -> upstream.startedRequests() == 1);
            client.send("zz\r\n0\r\n\r\n").readToEnd();
        }

        Await.until("the upstream sees the break", () -> upstream.brokenRequests() == 1);
        assertThat(upstream.calls()).isZero();
    }

    @Test
    void passesAnEarlyRefusalAndCloses_whenTheUploadIsStillRunning() {
        upstream.replyBeforeBody(Script.error(413));

        try (RawConnection client = new RawConnection(gateway.port())) {
            client.send("POST /v1/files HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100000\r\n\r\nabc");

            String reply = client.readToEnd();

            assertThat(client.status()).as(reply).isEqualTo(413);
            assertThat(reply).contains("connection: close", "scripted 413");
        }
        assertThat(upstream.calls()).isZero();
    }

    @Test
    void passesStoredCompletions_thoughTheirPathIsChat() throws Exception {
        HttpResponse<byte[]> reply =
                send(request("/v1/chat/completions?limit=1").GET());

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(upstream.lastRequest().uri()).isEqualTo("/v1/chat/completions?limit=1");
    }

    @Test
    void servesAnOldClient_whenItSpeaksHttp10() {
        upstream.reply(Script.chat("old", Usage.of(1, 1)));

        try (RawConnection client = new RawConnection(gateway.port())) {
            String reply = client.send("GET /v1/files HTTP/1.0\r\nHost: gateway\r\n\r\n")
                    .readToEnd();

            assertThat(client.status()).isEqualTo(200);
            assertThat(reply).contains("\"old\"").doesNotContain("transfer-encoding");
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
    }

    @CanIgnoreReturnValue
    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
