package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway starts whole or not at all, and goes down without cutting anybody off (O5). */
class GatewayTest {
    private static final String STREAM = "{\"model\":\"smart\",\"stream\":true,\"messages\":[]}";

    private Vertx vertx;
    private FakeUpstream upstream;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        upstream = FakeUpstream.start(vertx);
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));
    }

    @AfterEach
    void stop() {
        upstream.close();
        Await.result(vertx.close());
    }

    private String config() {
        return TestGateway.twoModels(upstream.baseUri(), upstream.baseUri(), "mode: \"off\"");
    }

    @Test
    void startsNothing_whenAPortIsTaken() throws IOException {
        Set<Thread> before = threads();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (String busy : List.of("data", "admin")) {
                String other = busy.equals("data") ? "admin" : "data";
                String listen = "listen: { %s: \"127.0.0.1:%d\", %s: \"127.0.0.1:0\" }\n"
                        .formatted(busy, taken.getLocalPort(), other);

                assertThat(catchThrowable(() -> TestGateway.start(listen + config())))
                        .cause()
                        .isInstanceOf(ListenException.class)
                        .hasMessageContainingAll("listen." + busy, "127.0.0.1:" + taken.getLocalPort())
                        .hasMessageContaining("another process");
            }
        }
        noThreadsBut(before);
    }

    @Test
    void startsNothing_whenTheStoreIsInUse() {
        try (TestGateway first = TestGateway.start(config())) {
            Set<Thread> before = threads();

            Throwable failure = catchThrowable(() -> TestGateway.start(config(), RelayLimits.DEFAULT, first.store()));

            assertThat(failure).cause().hasMessageContainingAll("in use by another process", "store.embedded");
            assertThat(first.chat("{\"model\":\"smart\",\"messages\":[]}").statusCode())
                    .isEqualTo(200);
            noThreadsBut(before);
        }
    }

    @Test
    void leavesNoThreadAndNoPort_whenClosed() throws IOException {
        Set<Thread> before = threads();
        int port;
        try (TestGateway gateway = TestGateway.start(config())) {
            port = gateway.port();
            assertThat(gateway.chat("{\"model\":\"smart\",\"messages\":[]}").statusCode())
                    .isEqualTo(200);
        }
        noThreadsBut(before);
        try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(free.isBound()).isTrue();
        }
    }

    @Test
    void letsARunningStreamEndAndRefusesNewRequests_whenClosing() {
        Promise<Void> go = Promise.promise();
        upstream.reply(reply -> {
            reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
            reply.body(Buffer.buffer("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"));
            var loop = vertx.getOrCreateContext();
            go.future()
                    .onComplete(_ -> loop.runOnContext(_ -> {
                        reply.body(Buffer.buffer("data: [DONE]\n\n"));
                        reply.end();
                    }));
        });
        TestGateway gateway = TestGateway.start(config());
        try (RawConnection running = new RawConnection(gateway.port())) {
            running.send(post(STREAM)).readUntil("\"content\":\"a\"");

            Future<Void> closed = gateway.gateway().close();

            assertThat(gateway.adminReply("/readyz").statusCode()).isEqualTo(503);
            assertThat(gateway.adminReply("/livez").statusCode()).isEqualTo(200);
            try (RawConnection late = new RawConnection(gateway.port())) {
                assertThat(late.send(post(STREAM)).readToEnd())
                        .startsWith("HTTP/1.1 503 ")
                        .contains("connection: close", "shutting down", "\"code\":\"server_is_overloaded\"");
            }
            go.complete();
            assertThat(running.readToEnd()).endsWith("data: [DONE]\n\n\r\n0\r\n\r\n");
            Await.result(closed);
        } finally {
            gateway.close();
        }
        assertThat(upstream.calls()).isEqualTo(1);
    }

    @Test
    void tellsAStreamThatOutlastsTheGrace() {
        upstream.reply(Script.endless(Duration.ofMillis(5)));
        TestGateway gateway = TestGateway.start(config());
        try (RawConnection running = new RawConnection(gateway.port())) {
            running.send(post(STREAM)).readUntil("word3");

            Future<Void> closed = gateway.gateway().close(Duration.ofMillis(50));

            assertThat(running.readToEnd())
                    .contains("data: {\"error\":{\"message\":\"This gateway shut down")
                    .doesNotContain("[DONE]")
                    .doesNotEndWith("\r\n0\r\n\r\n");
            Await.result(closed);
        } finally {
            gateway.close();
        }
        Await.until("the upstream is let go", () -> upstream.openStreams() == 0);
    }

    @Test
    void turnsAwayTheConnectionTooMany() {
        try (TestGateway gateway = TestGateway.start(config() + "limits: { max-connections: 2 }");
                RawConnection first = new RawConnection(gateway.port());
                RawConnection second = new RawConnection(gateway.port())) {
            first.send(models()).readUntil("\"object\":\"list\"");
            second.send(models()).readUntil("\"object\":\"list\"");
            try (RawConnection third = new RawConnection(gateway.port())) {
                assertThat(third.send(models()).readToEnd()).isEmpty();
            }
            second.reset();
            Await.until("a place is free", () -> gateway.admin("/admin/status").contains("\"connections\":1"));
            try (RawConnection fourth = new RawConnection(gateway.port())) {
                fourth.send(models()).readUntil("\"object\":\"list\"");
            }
        }
    }

    private static String models() {
        return "GET /v1/models HTTP/1.1\r\nHost: gateway\r\n\r\n";
    }

    private static String post(String body) {
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    private static void noThreadsBut(Set<Thread> before) {
        Await.until(() -> "threads left: " + ours(before), () -> ours(before).isEmpty());
    }

    private static Set<String> ours(Set<Thread> before) {
        return threads().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("vert") || name.startsWith("fresnel") || name.contains("MVStore"))
                .collect(Collectors.toSet());
    }
}
