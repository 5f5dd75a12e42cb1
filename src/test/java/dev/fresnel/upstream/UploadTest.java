package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.value.GatewayFailure;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw client socket, a server that passes the body on, the client under test, the fake provider. */
final class UploadTest {
    private final UpstreamFixture fixture = new UpstreamFixture();
    private final FakeUpstream fake = fixture.fake;
    private final AtomicReference<Upstream> target = new AtomicReference<>(fixture.upstream());
    private final Promise<UpstreamCall> call = Promise.promise();
    private final HttpServer server = Await.result(
            fixture.vertx.createHttpServer().requestHandler(this::pass).listen(0, "127.0.0.1"));

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void pass(HttpServerRequest request) {
        String length = request.getHeader("content-length");
        UpstreamRequestHead head = new UpstreamRequestHead(
                target.get(),
                HttpMethod.POST,
                "/files?purpose=x",
                MultiMap.caseInsensitiveMultiMap().add("content-type", "multipart/form-data; boundary=b"),
                length == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(length)));
        UpstreamCall sent = fixture.client.stream(head, Share.GATEWAY, request);
        sent.reply()
                .compose(reply -> fixture.read(reply).map(body -> {
                    request.response().setStatusCode(reply.status()).end(body);
                    return body;
                }))
                .onFailure(cause -> request.connection().close());
        call.complete(sent);
    }

    private Future<UpstreamReply> reply() {
        return call.future().compose(UpstreamCall::reply);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesALargeBodyOn_byteForByte(boolean chunked) throws IOException {
        fake.byDefault(Script.json("{\"id\":\"file-1\"}"));
        byte[] body = new byte[3 << 20];
        new Random(1).nextBytes(body);

        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            if (chunked) {
                out.write(ascii("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
                for (int at = 0; at < body.length; at += 100_000) {
                    byte[] piece = Arrays.copyOfRange(body, at, Math.min(at + 100_000, body.length));
                    out.write(ascii(Integer.toHexString(piece.length) + "\r\n"));
                    out.write(piece);
                    out.write(ascii("\r\n"));
                }
                out.write(ascii("0\r\n\r\n"));
            } else {
                out.write(ascii("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length + "\r\n\r\n"));
                out.write(body);
            }
            assertThat(new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 200 OK");
        }

        assertThat(fake.lastRequest().body().getBytes()).isEqualTo(body);
        assertThat(fake.lastRequest().uri()).isEqualTo("/v1/files?purpose=x");
        assertThat(fake.lastRequest().header("content-type")).isEqualTo("multipart/form-data; boundary=b");
        assertThat(fake.lastRequest().header("content-length")).isEqualTo(chunked ? "" : String.valueOf(body.length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 100\r\n\r\n{\"model\"",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nzz\r\n",
            })
    void sendsNoStump_whenTheClientsBodyBreaksOff(String rest) throws IOException {
        fake.byDefault(Script.json("{}"));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(ascii("POST / HTTP/1.1\r\nHost: x\r\n" + rest));
            Await.until(
                    "the upload has begun, or broke at once",
                    () -> call.future().isComplete());
        }

        assertThat(UpstreamFixture.failure(reply()))
                .isInstanceOfSatisfying(
                        GatewayFailure.InvalidRequest.class,
                        failure -> assertThat(failure.code()).isEqualTo("incomplete_body"));
        // When it broke off while still connecting, no request was begun, and the connection is kept for others.
        Await.until(
                "every request begun was broken off",
                () -> fake.openStreams() == 0 && fake.brokenRequests() == fake.startedRequests());
        assertThat(fake.requests()).as("complete requests").isEmpty();
    }

    @Test
    void passesAnEarlyReplyOn_andClosesThatConnection() throws IOException {
        fake.replyBeforeBody(Script.error(413));
        target.set(fixture.upstream(UpstreamFixture.PATIENT, new PoolLimits(1, 1)));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(ascii("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 413");
        }

        Await.until("the connection is closed", () -> fake.connections() == 0);
        fake.byDefault(Script.json("{\"next\":1}"));
        assertThat(fixture.text(fixture.client.call(fixture.chat(target.get()))))
                .isEqualTo("{\"next\":1}");
        assertThat(fake.requests()).hasSize(1);
    }

    @Test
    void canBeCancelledInTheMiddle() throws IOException {
        fake.byDefault(Script.json("{}"));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(ascii("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"));
            Await.until("the upload has begun", () -> fake.openStreams() == 1);
            Await.result(call.future()).cancel();

            assertThat(Await.failure(reply())).isInstanceOf(CancellationException.class);
            Await.until("nothing is left", () -> fake.openStreams() == 0 && fake.connections() == 0);
        }
        assertThat(fake.brokenRequests()).isEqualTo(1);
    }

    @Test
    void isNotAskedAgain_onceTheBodyIsSpent() throws IOException {
        fake.byDefault(Script.error(503));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(ascii("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 503");
        }

        assertThat(fake.calls()).isEqualTo(1);
    }

    @Test
    void triesToConnectAgain_whileTheBodyIsUnread() throws IOException {
        target.set(
                fixture.upstreamAt(URI.create("http://127.0.0.1:1/v1"), UpstreamFixture.PATIENT, PoolLimits.DEFAULT));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(ascii("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));

            assertThat(UpstreamFixture.failure(reply())).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
        }
        assertThat(Await.result(call.future()).attempts()).isEqualTo(2);
    }

    @Test
    void timesOut_whenTheUploadsReplyDoesNotCome() throws IOException {
        fake.byDefault(Script.hang());
        target.set(fixture.upstream(UpstreamFixture.shortFirstByte(), PoolLimits.DEFAULT));

        try (Socket socket = connect()) {
            socket.getOutputStream().write(ascii("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"));

            assertThat(UpstreamFixture.failure(reply())).isInstanceOf(GatewayFailure.UpstreamTimeout.class);
        }
        Await.until("nothing is left", () -> fake.openStreams() == 0);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
        socket.setSoTimeout((int) Duration.ofSeconds(10).toMillis());
        return socket;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
