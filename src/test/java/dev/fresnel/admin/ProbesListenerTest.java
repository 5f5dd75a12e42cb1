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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The probes listener tells everybody how the process is, and nobody anything else (X3). */
class ProbesListenerTest {
    private static final String UNUSED = """
            upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
            tenants: [{ id: acme }]
            """;
    private static final String LISTEN =
            "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", probes: \"127.0.0.1:0\", admin-token: secret }\n";

    private static final String CHAT = "{\"model\":\"smart\",\"messages\":[]}";

    /** Of the tests that leave it as it is. */
    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        gateway = TestGateway.start(LISTEN + UNUSED);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static HttpRequest.Builder probe(TestGateway gateway, String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.gateway().probesPort().orElseThrow() + path));
    }

    @Test
    void answersWithoutAToken_asTheAdminListenerDoesWithOne() {
        for (String path : new String[] {"/livez", "/startupz", "/readyz"}) {
            HttpResponse<String> reply = gateway.send(probe(gateway, path).build());
            assertThat(reply.statusCode()).as(path).isEqualTo(200);
            assertThat(reply.body()).isEqualTo(gateway.adminReply(path).body());
        }
        HttpResponse<String> metrics = gateway.send(probe(gateway, "/metrics").build());
        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        assertThat(metrics.body()).contains("fresnel_connections");
        assertThat(gateway.adminReply("/metrics").statusCode()).isEqualTo(401);
    }

    @Test
    void is404ForEverythingElse_alsoWithTheToken() {
        for (String path : new String[] {
            "/",
            "/admin",
            "/admin/status",
            "/admin/events",
            "/admin/lenses?tenant=acme",
            "/livez/../admin/status",
            "//admin/status",
            "/v1/models",
            "/nothing"
        }) {
            HttpResponse<String> reply = gateway.send(probe(gateway, path)
                    .header("authorization", "Bearer secret")
                    .build());

            assertThat(reply.statusCode()).as(path).isEqualTo(404);
            assertThat(reply.body()).as(path).contains("/readyz, /startupz, /metrics");
        }
    }

    @Test
    void changesNothing() {
        for (String path : new String[] {"/admin/pause", "/metrics", "/livez"}) {
            HttpResponse<String> reply = gateway.send(probe(gateway, path)
                    .header("authorization", "Bearer secret")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"x\"}"))
                    .build());

            assertThat(reply.statusCode()).as(path).isEqualTo(404);
        }
        assertThat(gateway.adminReply("/admin/status", "authorization", "Bearer secret")
                        .body())
                .contains("\"delegation_paused\":false");
    }

    @Test
    void saysNotReady_whileItDrains() {
        Vertx vertx = Vertx.vertx();
        HeldScript held = new HeldScript(Script.chat("fine", Usage.of(5, 5)));
        try (FakeUpstream upstream = FakeUpstream.start(vertx)) {
            upstream.byDefault(held);
            TestGateway draining = TestGateway.start(
                    LISTEN + TestGateway.twoModels(upstream.baseUri(), upstream.baseUri(), "mode: \"off\""));
            try (RawConnection running = new RawConnection(draining.port())) {
                running.send("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: " + CHAT.length()
                        + "\r\n\r\n" + CHAT);
                var _ = held.awaitHeld();

                Future<Void> closed = draining.gateway().close();

                assertThat(draining.send(probe(draining, "/readyz").build()).statusCode())
                        .isEqualTo(503);
                assertThat(draining.send(probe(draining, "/livez").build()).statusCode())
                        .isEqualTo(200);
                held.release();
                Await.result(closed);
            } finally {
                draining.close();
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
        try (RawConnection asking =
                new RawConnection(gateway.gateway().probesPort().orElseThrow())) {
            asking.send("GET /livez HTTP/1.1\r\nhost: x\r\n\r\n");

            assertThat(asking.readToEnd()).startsWith("HTTP/1.1 200 ").endsWith("live\n");
        }
    }

    @Test
    void isNotThere_unlessTheConfigNamesIt() {
        try (TestGateway without = TestGateway.start(UNUSED)) {
            assertThat(without.gateway().probesPort()).isEmpty();
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
