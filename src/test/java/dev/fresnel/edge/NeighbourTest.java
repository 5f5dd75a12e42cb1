package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** T1 on real sockets: what a tenant's large requests, all at once, cost another tenant's small ones. Counted, not timed. */
class NeighbourTest {
    private static final int NOISE = 40;
    private static final int QUIET = 8;

    private Vertx vertx;
    private FakeUpstream upstream;
    private TestGateway gateway;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        upstream = FakeUpstream.start(vertx);
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));
        // Limits on tokens are what makes a request be estimated.
        gateway = TestGateway.start("""
                limits: { event-loops: 1 }
                upstreams: { provider: { base-url: "%s" } }
                models: { m: { upstream: provider } }
                tenants:
                  - { id: noisy, keys: [n], limits: { input-tokens-per-minute: 1000000000 } }
                  - { id: refused, keys: [r], limits: { concurrent-streams: 1 } }
                  - { id: quiet, keys: [q], limits: { input-tokens-per-minute: 1000000000 } }
                """.formatted(upstream.baseUri()));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        gateway.close();
        upstream.close();
        Await.result(vertx.close());
    }

    /** A request that lacks its last byte. */
    private Socket allButTheEnd(String key, int size) throws IOException {
        return allButTheEnd(key, size, "");
    }

    private Socket allButTheEnd(String key, int size, String members) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        String body = "{" + members + "\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + key + " "
                + "some words, ".repeat(size / 12) + "\"}]}";
        String head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + key
                + "\r\nx-fresnel-explain: dry-run\r\ncontent-length: " + body.length() + "\r\n\r\n";
        socket.getOutputStream()
                .write((head + body.substring(0, body.length() - 1)).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** In the order in which they were decided: what is only asked about is over then. */
    private List<String> finished() {
        return gateway.log()
                .lines()
                .filter(line -> line.contains("\"request_finished\""))
                .toList();
    }

    private static void end(Socket socket) throws IOException {
        socket.getOutputStream().write('}');
    }

    @Test
    void smallRequestsAreNotBehindAnotherTenantsManyLargeOnes() throws IOException {
        Socket plug = allButTheEnd("n", 4_000_000);
        List<Socket> noise = new ArrayList<>();
        for (int i = 0; i < NOISE; i++) {
            noise.add(allButTheEnd("n", 200_000));
        }
        List<Socket> quiet = new ArrayList<>();
        for (int i = 0; i < QUIET; i++) {
            quiet.add(allButTheEnd("q", 100));
        }

        // While the event loop reads the first, all others become ready.
        end(plug);
        for (Socket socket : noise) {
            end(socket);
        }
        for (Socket socket : quiet) {
            end(socket);
        }

        Await.until("all are decided", () -> finished().size() == NOISE + QUIET + 1);
        // In turn: one of each. Without turns they come last, or wherever among the others the sockets are looked at.
        assertThat(finished().subList(0, 1 + 3 * QUIET))
                .filteredOn(line -> line.contains("\"tenant\":\"quiet\""))
                .hasSize(QUIET);
    }

    @Test
    void whoLeavesWhileItWaitsForItsTurn_keepsNothingOfItsLimits() throws IOException {
        // Again, until the first is read for longer than it takes to leave.
        int left = 0;
        for (int attempt = 0; attempt < 20 && left < 3; attempt++) {
            int before = gone();
            Socket plug = allButTheEnd("n", 4_000_000);
            List<Socket> leaving = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                leaving.add(allButTheEnd("r", 100_000, "\"stream\":true,"));
            }
            int all = finished().size() + 6;
            end(plug);
            for (Socket socket : leaving) {
                end(socket);
                socket.setSoLinger(true, 0);
                socket.close();
            }
            Await.until("all are over", () -> finished().size() == all);
            left = gone() - before;
        }
        assertThat(left).isGreaterThanOrEqualTo(3);

        for (int i = 0; i < 3; i++) {
            assertThat(gateway.send(HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + gateway.port() + "/v1/chat/completions"))
                                    .header("authorization", "Bearer r")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofString(
                                                    "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"))
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(upstream.requests()).as("nobody asks for who has left").hasSize(3);
    }

    private int gone() {
        return (int) finished().stream()
                .filter(line -> line.contains("\"end\":\"client_gone\""))
                .count();
    }
}
