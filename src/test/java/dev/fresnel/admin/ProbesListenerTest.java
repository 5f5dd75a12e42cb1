package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.fresnel.app.ListenException;
import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The probes listener tells everybody how the process is, and nobody anything else (X3). */
class ProbesListenerTest {
    private static final String UNUSED = """
            upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
            tenants: [{ id: acme }]
            """;
    private static final String LISTEN =
            "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", probes: \"127.0.0.1:0\", admin-token: secret }\n";

    private static final String CHAT = "{\"model\":\"smart\",\"messages\":[]}";

    private static HttpRequest.Builder probe(TestGateway gateway, String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.gateway().probesPort().orElseThrow() + path));
    }

    @Test
    void answersWithoutAToken_asTheAdminListenerDoesWithOne() {
        try (TestGateway gateway = TestGateway.start(LISTEN + UNUSED)) {
            for (String path : new String[] {"/livez", "/startupz", "/readyz"}) {
                HttpResponse<String> reply = gateway.send(probe(gateway, path).build());
                assertThat(reply.statusCode()).as(path).isEqualTo(200);
                assertThat(reply.body()).isEqualTo(gateway.adminReply(path).body());
            }
            HttpResponse<String> metrics =
                    gateway.send(probe(gateway, "/metrics").build());
            assertThat(metrics.statusCode()).isEqualTo(200);
            assertThat(metrics.headers().firstValue("content-type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            assertThat(metrics.body()).contains("fresnel_connections");
            assertThat(gateway.adminReply("/metrics").statusCode()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/admin",
                "/admin/status",
                "/admin/events",
                "/admin/lenses?tenant=acme",
                "/livez/../admin/status",
                "//admin/status",
                "/v1/models",
                "/nothing"
            })
    void is404ForEverythingElse_alsoWithTheToken(String path) {
        try (TestGateway gateway = TestGateway.start(LISTEN + UNUSED)) {
            HttpResponse<String> reply = gateway.send(probe(gateway, path)
                    .header("authorization", "Bearer secret")
                    .build());

            assertThat(reply.statusCode()).isEqualTo(404);
            assertThat(reply.body()).contains("/readyz, /startupz, /metrics");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/pause", "/metrics", "/livez"})
    void changesNothing(String path) {
        try (TestGateway gateway = TestGateway.start(LISTEN + UNUSED)) {
            HttpResponse<String> reply = gateway.send(probe(gateway, path)
                    .header("authorization", "Bearer secret")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"x\"}"))
                    .build());

            assertThat(reply.statusCode()).isEqualTo(404);
            assertThat(gateway.adminReply("/admin/status", "authorization", "Bearer secret")
                            .body())
                    .contains("\"delegation_paused\":false");
        }
    }

    @Test
    void saysNotReady_whileItDrains() {
        Vertx vertx = Vertx.vertx();
        HeldScript held = new HeldScript(Script.chat("fine", Usage.of(5, 5)));
        try (FakeUpstream upstream = FakeUpstream.start(vertx)) {
            upstream.byDefault(held);
            TestGateway gateway = TestGateway.start(
                    LISTEN + TestGateway.twoModels(upstream.baseUri(), upstream.baseUri(), "mode: \"off\""));
            try (RawConnection running = new RawConnection(gateway.port())) {
                running.send("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: " + CHAT.length()
                        + "\r\n\r\n" + CHAT);
                var _ = held.awaitHeld();

                Future<Void> closed = gateway.gateway().close();

                assertThat(gateway.send(probe(gateway, "/readyz").build()).statusCode())
                        .isEqualTo(503);
                assertThat(gateway.send(probe(gateway, "/livez").build()).statusCode())
                        .isEqualTo(200);
                held.release();
                Await.result(closed);
            } finally {
                gateway.close();
            }
        } finally {
            Await.result(vertx.close());
        }
    }

    @Test
    void letsGoOfWhoAsksNothing() {
        Vertx vertx = Vertx.vertx();
        try {
            ProbesListener listener = new ProbesListener(
                    "127.0.0.1", 0, new ProbeRequests(() -> true, () -> "metrics"), Duration.ofMillis(300));
            Await.result(vertx.deployVerticle(listener));
            try (RawConnection silent = new RawConnection(listener.port())) {
                silent.send("GET /livez HTTP/1.1\r\nhost: x\r\nslow: ");

                assertThat(silent.readToEnd()).isEmpty();
            }
        } finally {
            Await.result(vertx.close());
        }
    }

    @Test
    void answersOneQuestionAConnection() {
        try (TestGateway gateway = TestGateway.start(LISTEN + UNUSED);
                RawConnection asking =
                        new RawConnection(gateway.gateway().probesPort().orElseThrow())) {
            asking.send("GET /livez HTTP/1.1\r\nhost: x\r\n\r\n");

            assertThat(asking.readToEnd()).startsWith("HTTP/1.1 200 ").endsWith("live\n");
        }
    }

    @Test
    void isNotThere_unlessTheConfigNamesIt() {
        try (TestGateway gateway = TestGateway.start(UNUSED)) {
            assertThat(gateway.gateway().probesPort()).isEmpty();
        }
    }

    @Test
    void nothingStarts_whenItsPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listen =
                    LISTEN.replace("probes: \"127.0.0.1:0\"", "probes: \"127.0.0.1:" + taken.getLocalPort() + "\"");

            assertThat(catchThrowable(() -> TestGateway.start(listen + UNUSED)))
                    .cause()
                    .isInstanceOf(ListenException.class)
                    .hasMessageContainingAll("listen.probes", "127.0.0.1:" + taken.getLocalPort());
        }
    }
}
