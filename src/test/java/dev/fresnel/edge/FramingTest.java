package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What two HTTP parsers could read differently is refused, and what follows it on the connection is not served (H1, H2, H9). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FramingTest {
    private static final String BODY = "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String CHAT = "POST /v1/chat/completions HTTP/1.1\r\n";
    private static final String HOST = "Host: gateway\r\n";
    private static final String LENGTH = "Content-Length: " + BODY.length() + "\r\n";
    private static final String CHUNKED_BODY = Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n0\r\n\r\n";
    /** Sent behind every case: it must never be served. */
    private static final String SMUGGLED = "GET /v1/smuggled HTTP/1.1\r\nHost: gateway\r\n\r\n";

    private static final int NO_REPLY = 0;
    /** Vert.x answers it by itself, without a body. */
    private static final int UNKNOWN_VERSION = 501;

    private Vertx vertx;
    private FakeUpstream upstream;
    private TestGateway gateway;

    /** @param statuses any of them will do; {@link #NO_REPLY} is a connection closed without one */
    record Case(String name, List<Integer> statuses, String wire) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void start() {
        vertx = Vertx.vertx();
        upstream = FakeUpstream.start(vertx);
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));
        gateway = TestGateway.start(TestGateway.twoModels(upstream.baseUri(), upstream.baseUri(), "mode: \"off\"")
                + "limits: { header-timeout: 3s, body-timeout: 3s, max-body: 1KiB }");
    }

    @AfterAll
    void stop() {
        gateway.close();
        upstream.close();
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesAndCloses(Case given) {
        int before = upstream.startedRequests();

        try (RawConnection client = new RawConnection(gateway.port())) {
            String reply = client.send(given.wire()).send(SMUGGLED).readToEnd();

            assertThat(client.status()).as(reply).isIn(given.statuses());
            if (client.status() != NO_REPLY && client.status() != UNKNOWN_VERSION) {
                assertThat(reply).contains("{\"error\":{\"message\":\"", "\"param\":", "x-fresnel-request-id: ");
            }
            assertThat(reply.split("HTTP/[0-9.]+ [0-9]{3} ", -1))
                    .as("replies: " + reply)
                    .hasSizeLessThanOrEqualTo(2);
        }
        assertNothingPassed(before);
    }

    /** A request of our own goes through after the case: whatever the case started had its turn before. */
    private void assertNothingPassed(int before) {
        assertThat(gateway.chat(BODY).statusCode()).isEqualTo(200);
        assertThat(upstream.startedRequests()).isEqualTo(before + 1);
    }

    static Stream<Case> refused() {
        List<Case> cases = new ArrayList<>();
        framing(cases);
        chunks(cases);
        hosts(cases);
        paths(cases);
        heads(cases);
        return cases.stream();
    }

    private static void chat(List<Case> cases, String name, int status, String headers, String body) {
        cases.add(new Case(name, List.of(status), CHAT + HOST + headers + "\r\n" + body));
    }

    private static void framing(List<Case> cases) {
        chat(cases, "length and chunked", 400, LENGTH + "Transfer-Encoding: chunked\r\n", CHUNKED_BODY);
        chat(cases, "chunked and length", 400, "Transfer-Encoding: chunked\r\n" + LENGTH, CHUNKED_BODY);
        cases.add(new Case(
                "chunked on HTTP/1.0",
                List.of(400),
                "POST /v1/chat/completions HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKED_BODY));
        chat(cases, "gzip, chunked", 400, "Transfer-Encoding: gzip, chunked\r\n", CHUNKED_BODY);
        chat(cases, "chunked, identity", 400, "Transfer-Encoding: chunked, identity\r\n", CHUNKED_BODY);
        chat(cases, "identity", 400, "Transfer-Encoding: identity\r\n", BODY);
        chat(cases, "xchunked", 400, "Transfer-Encoding: xchunked\r\n", CHUNKED_BODY);
        chat(cases, "quoted chunked", 400, "Transfer-Encoding: \"chunked\"\r\n", CHUNKED_BODY);
        chat(cases, "empty encoding", 400, "Transfer-Encoding: \r\n", BODY);
        chat(
                cases,
                "two encodings",
                400,
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
                CHUNKED_BODY);
        chat(cases, "chunked twice", 400, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CHUNKED_BODY);
        chat(cases, "folded encoding", 400, "Transfer-Encoding:\r\n chunked\r\n", CHUNKED_BODY);
        chat(cases, "folded second encoding", 400, "Transfer-Encoding: chunked\r\n , identity\r\n", CHUNKED_BODY);
        chat(cases, "space before the colon", 400, "Transfer-Encoding : chunked\r\n", CHUNKED_BODY);
        chat(cases, "underscore encoding", 400, LENGTH + "Transfer_Encoding: chunked\r\n", BODY);
        chat(cases, "underscore length", 400, LENGTH + "Content_Length: 3\r\n", BODY);
        chat(cases, "two different lengths", 400, LENGTH + "Content-Length: 3\r\n", BODY);
        chat(cases, "the same length twice", 400, LENGTH + LENGTH, BODY);
        chat(cases, "length list", 400, "Content-Length: 3, 3\r\n", "{ }");
        chat(cases, "length list without space", 400, "Content-Length: 3,3\r\n", "{ }");
        chat(cases, "signed length", 400, "Content-Length: +3\r\n", "{ }");
        chat(cases, "negative length", 400, "Content-Length: -1\r\n", "");
        chat(cases, "hex length", 400, "Content-Length: 0x3\r\n", "{ }");
        chat(cases, "length with text", 400, "Content-Length: 3a\r\n", "{ }");
        chat(cases, "folded length", 400, "Content-Length:\r\n 3\r\n", "{ }");
        chat(cases, "length past 64 bits", 400, "Content-Length: 99999999999999999999\r\n", "");
        chat(cases, "length past the limit", 413, "Content-Length: 1025\r\n", "");
        chat(cases, "length far past the limit", 413, "Content-Length: 9223372036854775807\r\n", "");
    }

    private static void chunks(List<Case> cases) {
        String chunked = CHAT + HOST + "Transfer-Encoding: chunked\r\n\r\n";
        String closed = "closed, at most with a 400: ";
        List<Integer> refused = List.of(NO_REPLY, 400);
        cases.add(new Case(closed + "chunk size is text", refused, chunked + "zz\r\n" + BODY + "\r\n0\r\n\r\n"));
        cases.add(new Case(closed + "chunk size is negative", refused, chunked + "-5\r\n" + BODY + "\r\n0\r\n\r\n"));
        cases.add(new Case(
                closed + "chunk size overflows", refused, chunked + "FFFFFFFFFFFFFFFFF\r\n" + BODY + "\r\n0\r\n\r\n"));
        cases.add(new Case(closed + "chunk longer than its size", refused, chunked + "3\r\n" + BODY + "\r\n0\r\n\r\n"));
        cases.add(new Case(closed + "bare LF after the size", refused, chunked + "3\n{ }\r\n0\r\n\r\n"));
        cases.add(new Case(
                "chunk past the limit", List.of(413), chunked + "401\r\n" + "x".repeat(1025) + "\r\n0\r\n\r\n"));
        cases.add(new Case(
                "chunks past the limit",
                List.of(413),
                chunked + ("200\r\n" + "x".repeat(512) + "\r\n").repeat(3) + "0\r\n\r\n"));
    }

    private static void host(List<Case> cases, String name, String hostLines) {
        cases.add(new Case(name, List.of(400), CHAT + hostLines + LENGTH + "\r\n" + BODY));
    }

    private static void hosts(List<Case> cases) {
        host(cases, "no Host", "");
        host(cases, "two Hosts", HOST + "Host: other\r\n");
        host(cases, "empty Host", "Host: \r\n");
        host(cases, "Host with a path", "Host: a/b\r\n");
        host(cases, "Host with a query", "Host: a?b\r\n");
        host(cases, "Host with a fragment", "Host: a#b\r\n");
        host(cases, "Host with a user", "Host: a@b\r\n");
        host(cases, "Host list", "Host: a, b\r\n");
        host(cases, "Host with a text port", "Host: a:b\r\n");
        host(cases, "folded Host", "Host: a\r\n b\r\n");
    }

    private static void path(List<Case> cases, String name, int status, String target) {
        cases.add(new Case(name + ": " + target, List.of(status), "GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n"));
    }

    private static void paths(List<Case> cases) {
        path(cases, "absolute form", 400, "http://elsewhere/v1/files");
        path(cases, "absolute form, no authority", 400, "http:///v1/files");
        path(cases, "authority form", 400, "elsewhere:443");
        path(cases, "asterisk", 400, "*");
        path(cases, "parent", 400, "/v1/../admin");
        path(cases, "parent at the end", 400, "/v1/files/..");
        path(cases, "self", 400, "/v1/./files");
        path(cases, "encoded parent", 400, "/v1/%2e%2e/admin");
        path(cases, "half-encoded parent", 400, "/v1/.%2E/admin");
        path(cases, "double slash", 400, "/v1//files");
        path(cases, "leading double slash", 400, "//elsewhere/v1/files");
        path(cases, "encoded slash", 400, "/v1/files%2Fa");
        path(cases, "parent behind an encoded slash", 400, "/v1/models/..%2f..%2fadmin");
        path(cases, "backslash", 400, "/v1\\files");
        path(cases, "encoded backslash", 400, "/v1/a%5Cb");
        path(cases, "encoded NUL", 400, "/v1/a%00");
        path(cases, "encoded line break", 400, "/v1/a%0d%0aHost:%20b");
        path(cases, "encoded letter", 400, "/v1/chat/c%6fmpletions");
        path(cases, "encoding cut short", 400, "/v1/a%2");
        path(cases, "encoding of no hex", 400, "/v1/models/a%zz");
        path(cases, "fragment", 400, "/v1/files#part");
        path(cases, "not ASCII", 400, "/v1/f\u00efles");
        path(cases, "outside /v1", 404, "/");
        path(cases, "prefix alone", 404, "/v1");
        path(cases, "prefix of another word", 404, "/v1files");
        path(cases, "long line", 431, "/v1/" + "a".repeat(9000));
    }

    private static void heads(List<Case> cases) {
        cases.add(new Case("101 headers", List.of(431), CHAT + HOST + "X: y\r\n".repeat(101) + "\r\n"));
        cases.add(new Case("large header", List.of(431), CHAT + HOST + "X: " + "y".repeat(40_000) + "\r\n\r\n"));
        chat(cases, "unknown expectation", 417, "Expect: junk\r\n" + LENGTH, "");
        chat(cases, "two credentials", 400, "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n" + LENGTH, BODY);
        chat(cases, "compressed", 415, "Content-Encoding: gzip\r\n" + LENGTH, BODY);
        chat(cases, "NUL in a value", 400, "X: a\0b\r\n" + LENGTH, BODY);
        chat(cases, "NUL in a name", 400, "X\0: a\r\n" + LENGTH, BODY);
        chat(cases, "no colon", 400, "Nonsense\r\n" + LENGTH, BODY);
        chat(cases, "bare CR in a value", 400, "X: a\rb\r\n" + LENGTH, BODY);
        cases.add(new Case("bare LF", List.of(400), "GET /v1/files HTTP/1.1\nHost: gateway\n\n"));
        cases.add(new Case("no version", List.of(400), "GET /v1/files\r\n" + HOST + "\r\n"));
        cases.add(new Case("unknown version", List.of(UNKNOWN_VERSION), "GET /v1/files HTTP/9.9\r\n" + HOST + "\r\n"));
        cases.add(new Case(
                "HTTP/2 by prior knowledge",
                List.of(UNKNOWN_VERSION),
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"));
        cases.add(new Case("TLS to a plain port", List.of(NO_REPLY, 400), "\26\3\1\2\0\1\0\1\374\3\3\r\n\r\n"));
        cases.add(new Case(
                "WebSocket",
                List.of(400),
                "GET /v1/realtime HTTP/1.1\r\n" + HOST
                        + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        cases.add(new Case("TRACE on chat", List.of(405), "TRACE /v1/chat/completions HTTP/1.1\r\n" + HOST + "\r\n"));
        cases.add(new Case("CONNECT", List.of(400), "CONNECT elsewhere:443 HTTP/1.1\r\n" + HOST + "\r\n"));
        cases.add(new Case("POST on models", List.of(405), "POST /v1/models HTTP/1.1\r\n" + HOST + "\r\n"));
    }

    @Test
    void doesNotUpgrade_whenHttp2IsOffered() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            String reply = client.send(CHAT + HOST + LENGTH
                            + "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"
                            + BODY)
                    .readToEnd();

            assertThat(client.status()).as(reply).isEqualTo(200);
        }
        assertThat(upstream.lastRequest().headers().names())
                .doesNotContainAnyElementsOf(List.of("upgrade", "Upgrade", "HTTP2-Settings", "http2-settings"));
    }

    @Test
    void servesPipelinedRequestsInOrder_whenBothAreGood() {
        int before = upstream.calls();

        try (RawConnection client = new RawConnection(gateway.port())) {
            String reply = client.send(CHAT + HOST + LENGTH + "\r\n" + BODY)
                    .send("GET /v1/models/none HTTP/1.1\r\n" + HOST + "\r\n")
                    .readToEnd();

            assertThat(reply).containsSubsequence("HTTP/1.1 200 OK", "\"fine\"", "HTTP/1.1 404 Not Found");
        }
        assertThat(upstream.calls()).isEqualTo(before + 1);
    }

    @Test
    void joinsAFoldedLine_whenItDoesNotFrameTheRequest() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            client.send(CHAT + HOST + "X-Note: one\r\n two\r\nConnection: close\r\n" + LENGTH + "\r\n" + BODY)
                    .readToEnd();

            assertThat(client.status()).isEqualTo(200);
        }
        assertThat(upstream.lastRequest().header("x-note")).isEqualTo("one two");
    }

    @Test
    void asksForTheBody_whenTheClientExpectsToBeAsked() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            client.send(CHAT + HOST + LENGTH + "Expect: 100-continue\r\nConnection: close\r\n\r\n")
                    .readUntil("HTTP/1.1 100 Continue\r\n\r\n");
            String reply = client.send(BODY).readToEnd();

            assertThat(reply).contains("HTTP/1.1 200 OK", "\"fine\"");
        }
    }

    @Test
    void asksForTheBodyOfAnUpload_whenTheClientExpectsToBeAsked() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            client.send("POST /v1/files HTTP/1.1\r\n" + HOST
                            + "Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
                    .readUntil("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("abc").readToEnd();
        }
        assertThat(upstream.lastRequest().bodyText()).isEqualTo("abc");
        assertThat(upstream.lastRequest().header("expect")).isEmpty();
    }

    @Test
    void refusesWithoutAskingForTheBody_whenItWouldBeTooLarge() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            String reply = client.send(CHAT + HOST + "Content-Length: 4096\r\nExpect: 100-continue\r\n\r\n")
                    .readToEnd();

            assertThat(client.status()).as(reply).isEqualTo(413);
            assertThat(reply).contains("\"code\":\"request_too_large\"").doesNotContain("100 Continue");
        }
    }

    @Test
    void letsTheClientReadTheRefusal_whenItIsStillSendingALargeBody() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            client.send(CHAT + HOST + "Content-Length: 4000000\r\n\r\n");
            byte[] piece = new byte[100_000];
            for (int i = 0; i < 40; i++) {
                client.send(piece);
            }

            String reply = client.readToEnd();

            assertThat(client.status()).as(reply).isEqualTo(413);
            assertThat(reply).contains("\"code\":\"request_too_large\"");
        }
    }

    @Test
    void closes_whenTheHeadersDoNotCome() {
        try (RawConnection client = new RawConnection(gateway.port())) {
            assertThat(client.send(CHAT + "Host: gat").readToEnd()).isEmpty();
        }
    }

    @Test
    void answers408_whenTheBodyDoesNotCome() {
        int before = upstream.startedRequests();

        try (RawConnection client = new RawConnection(gateway.port())) {
            String reply = client.send(CHAT + HOST + LENGTH + "\r\n{\"model\"").readToEnd();

            assertThat(client.status()).as(reply).isEqualTo(408);
            assertThat(reply).contains("\"code\":\"request_timeout\"");
        }
        assertThat(upstream.startedRequests()).isEqualTo(before);
    }
}
