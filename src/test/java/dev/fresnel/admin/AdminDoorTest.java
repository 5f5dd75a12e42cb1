package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** X3: no way around the token, on a listener that the whole network reaches. Walks the table, so a new route is tried too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminDoorTest {
    private static final String TOKEN = "right-token-7431";

    private static final int CORE = 6;
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");

    /** In every answer to somebody who was let in, were it only as the name of the one tenant. */
    private static final String INSIDE = "innermost";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream upstream = FakeUpstream.start(vertx);
    private final TestGateway gateway = TestGateway.start("""
            listen: { data: "127.0.0.1:0", admin: "0.0.0.0:0", admin-token: %s }
            upstreams: { up: { base-url: "%s" } }
            models: { m: { upstream: up } }
            tenants: [{ id: %s, keys: [{ key: "sk-of-the-tenant-1", name: %s }] }]
            """.formatted(TOKEN, upstream.baseUri(), INSIDE, INSIDE));

    private @Nullable Socket knocking;
    private InputStream replies = InputStream.nullInputStream();

    @AfterAll
    void stop() throws IOException {
        hangUp();
        gateway.close();
        upstream.close();
        Await.result(vertx.close());
    }

    private List<Operation> guarded() {
        List<Operation> guarded = new ArrayList<>(gateway.gateway().adminOperations());
        guarded.removeIf(operation -> operation.guard() == Operation.Guard.NONE);
        assertThat(guarded).hasSizeGreaterThan(20);
        return guarded;
    }

    /** All of them for every eighth route, those in front for the others: each route is tried, and one listener stands before all. */
    private static List<String> some(int route, List<String> all) {
        return route % 8 == 0 ? all : all.subList(0, Math.min(CORE, all.size()));
    }

    /** Only what shows nothing of the gateway's is open. */
    @Test
    void openRoutes_areProbesAndTheConsolesFiles() {
        assertThat(gateway.gateway().adminOperations().stream()
                        .filter(operation -> operation.guard() == Operation.Guard.NONE)
                        .map(operation -> operation.method() + " " + operation.path()))
                .containsExactlyInAnyOrder(
                        "GET /livez",
                        "GET /readyz",
                        "GET /startupz",
                        "GET /",
                        "GET /console",
                        "GET /console/",
                        "GET /console/{file}",
                        "GET /console/{folder}/{file}");
    }

    /** Credentials that are none, for every route. */
    @Test
    void refuses_whateverIsShownInPlaceOfTheToken() throws IOException {
        List<String> shown = List.of(
                "",
                "authorization: Bearer wrong",
                "authorization: Bearer",
                "authorization: " + TOKEN,
                "authorization: Bearer " + TOKEN.substring(1),
                "authorization: Bearer " + TOKEN.substring(0, TOKEN.length() - 1),
                "authorization: Bearer " + TOKEN + TOKEN,
                "authorization: Bearer " + TOKEN + ",",
                "authorization: Bearer " + "x".repeat(6_000),
                "authorization: Bearer " + TOKEN.toUpperCase(Locale.ROOT),
                "authorization: Bearer \u0000" + TOKEN,
                "authorization: Bearer sk-of-the-tenant-1",
                "authorization: Basic " + encoded("admin:" + TOKEN),
                "authorization: Bearer wrong\r\nauthorization: Bearer " + TOKEN,
                "proxy-authorization: Bearer " + TOKEN,
                "x-api-key: " + TOKEN,
                "cookie: token=" + TOKEN + "; authorization=Bearer " + TOKEN,
                "x-forwarded-for: 127.0.0.1\r\nforwarded: for=127.0.0.1;host=localhost",
                "x-original-url: /livez\r\nx-rewrite-url: /livez\r\nx-forwarded-prefix: /console");
        int route = 0;
        for (Operation operation : guarded()) {
            for (String headers : some(route++, shown)) {
                refuses(operation, operation.method().name(), filled(operation), headers);
            }
        }
        assertThat(gateway.logged("admin_action")).isEmpty();
    }

    /** Other spellings of every route's path. */
    @Test
    void refuses_howeverThePathIsWritten() throws IOException {
        int route = 0;
        for (Operation operation : guarded()) {
            String path = filled(operation);
            String host = "http://127.0.0.1:" + gateway.adminPort();
            for (String spelling : some(
                    route++,
                    List.of(
                            path + "?token=" + TOKEN,
                            "/" + encodedLetter(path),
                            host + path,
                            "/console/.." + path,
                            "/" + path,
                            path + "/",
                            path + "?access_token=" + TOKEN + "&authorization=Bearer%20" + TOKEN,
                            path + "//",
                            path + ";v=1",
                            path + "%00",
                            path + "%20",
                            path + "#open",
                            "//" + path,
                            "/." + path,
                            "/x/.." + path,
                            "/livez/.." + path,
                            "/console/%2e%2e" + path,
                            "/console/..%2f" + path.substring(1).replace("/", "%2f"),
                            "/console/x/..;/.." + path,
                            "\\" + path.substring(1),
                            path.replace("/admin", "/%61dmin").replace("/metrics", "/%6detrics"),
                            path.substring(0, 1) + path.substring(1).replace("/", "%2f"),
                            path.toUpperCase(Locale.ROOT),
                            "http://localhost" + path,
                            "http://user:" + TOKEN + "@127.0.0.1" + path,
                            host + "/livez/.." + path))) {
                refuses(operation, operation.method().name(), spelling, "");
            }
        }
        assertThat(gateway.logged("admin_action")).isEmpty();
    }

    /** Other methods, and headers that ask for another one. */
    @Test
    void refuses_whateverTheMethod() throws IOException {
        int route = 0;
        for (Operation operation : guarded()) {
            for (String method : some(
                    route,
                    List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "PATCH", "PROPFIND", "get"))) {
                refuses(operation, method, filled(operation), "");
            }
            String wanted = operation.method().name();
            for (String method : route++ % 8 == 0 ? List.of("POST", "GET", "OPTIONS") : List.of("POST")) {
                refuses(
                        operation,
                        method,
                        filled(operation),
                        "x-http-method-override: " + wanted + "\r\nx-http-method: " + wanted + "\r\nx-method-override: "
                                + wanted + "\r\naccess-control-request-method: " + wanted
                                + "\r\norigin: http://127.0.0.1:" + gateway.adminPort());
            }
            refuses(
                    operation,
                    wanted,
                    filled(operation),
                    "upgrade: websocket\r\nconnection: upgrade\r\n"
                            + "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==");
            refuses(
                    operation,
                    wanted,
                    filled(operation),
                    "upgrade: h2c\r\nconnection: upgrade, http2-settings\r\n" + "http2-settings: AAMAAABkAAQAAP__");
        }
        assertThat(gateway.logged("admin_action")).isEmpty();
    }

    /** What is no path at all is answered by us too, and not as a fault of ours. */
    @Test
    void refuses_whatIsNoPath() throws IOException {
        for (String target : List.of("*", "\\admin/status", "admin/status", "innermost:9090")) {
            String reply = sent(gateway.adminPort(), head("OPTIONS", target, ""));
            assertThat(status(reply)).as(target).isEqualTo(401);
            assertThat(reply).as(target).contains("\"code\":\"unauthorized\"");
            String known =
                    sent(gateway.adminPort(), head("OPTIONS", target, "authorization: Bearer " + TOKEN + "\r\n"));
            assertThat(status(known)).as(target).isEqualTo(404);
            assertThat(known).as(target).contains("\"code\":\"not_found\"");
        }
    }

    /** What comes second on a connection is looked at like what came first. */
    @Test
    void refuses_behindAnotherRequestOnTheSameConnection() throws IOException {
        String host = "host: 127.0.0.1:" + gateway.adminPort() + "\r\n";
        String first = "GET /admin/status HTTP/1.1\r\n" + host + "authorization: Bearer " + TOKEN + "\r\n\r\n";
        String both = sent(gateway.adminPort(), first + "GET /admin/tenants HTTP/1.1\r\n" + host);

        assertThat(both).startsWith("HTTP/1.1 200");
        assertThat(both.substring(both.indexOf("HTTP/1.1", 9))).startsWith("HTTP/1.1 401");
    }

    /** The right token opens what was tried above: the refusals were not for another reason. */
    @Test
    void answers_whoShowsTheToken() throws IOException {
        int inside = 0;
        for (Operation operation : guarded()) {
            if (operation.method().equals(HttpMethod.GET) && !operation.path().endsWith("/stream")) {
                String reply = sent(
                        gateway.adminPort(), head("GET", filled(operation), "authorization: Bearer " + TOKEN + "\r\n"));
                assertThat(status(reply)).as(operation.path()).isNotEqualTo(401);
                inside += reply.contains(INSIDE) ? 1 : 0;
            }
        }
        assertThat(inside).isGreaterThan(5);
    }

    /** The listener of clients has none of it, also for who shows the token there. */
    @Test
    void isNotServed_whereClientsAre() throws IOException {
        for (Operation operation : gateway.gateway().adminOperations()) {
            for (String path : List.of(filled(operation), "/v1/.." + filled(operation), "/v1" + filled(operation))) {
                String reply = sent(
                        gateway.gateway().dataPort(),
                        head(operation.method().name(), path, "authorization: Bearer " + TOKEN + "\r\n"));
                assertThat(status(reply)).as(path).isIn(400, 401, 404);
                assertThat(reply.replace(path, "")).doesNotContain(INSIDE);
            }
        }
    }

    /** A browser loads these without a token, so they are the same whoever runs the gateway. */
    @Test
    void theConsolesFiles_holdNothingOfTheGateways() throws IOException {
        for (String path : List.of("/console/", "/console/app.js", "/console/api.js", "/console/views/tenants.js")) {
            String reply = sent(gateway.adminPort(), head("GET", path, ""));
            assertThat(status(reply)).isEqualTo(200);
            assertThat(reply).doesNotContain(INSIDE, TOKEN, upstream.baseUri().toString());
        }
    }

    private void refuses(Operation operation, String method, String target, String headers) throws IOException {
        String lines = headers.isEmpty() ? "" : headers + "\r\n";
        String reply = knocked(method, head(method, target, lines));
        assertThat(status(reply))
                .as("%s %s for %s with %s", method, target, operation.path(), headers)
                .isIn(ALLOWED);
        assertThat(reply).as(target).doesNotContain(INSIDE, TOKEN);
    }

    /** Not understood, not let in, or no file of the console's. */
    private static final Set<Integer> ALLOWED = Set.of(400, 401, 404, 405, 431, 501);

    private String head(String method, String target, String lines) {
        return method + " " + target + " HTTP/1.1\r\nhost: 127.0.0.1:" + gateway.adminPort() + "\r\n" + lines;
    }

    private static int status(String reply) {
        assertThat(reply).as("a reply").startsWith("HTTP/1.1 ");
        return Integer.parseInt(reply.substring(9, 12));
    }

    private static String sent(int port, String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((head + "connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** {@link #sent} on a connection that is kept as long as the listener keeps it: thousands of new ones take their time. */
    private String knocked(String method, String head) throws IOException {
        int first = knocking == null ? -1 : begun(head);
        if (first < 0) {
            // The one before was left open by us only.
            hangUp();
            knocking = new Socket(InetAddress.getLoopbackAddress(), gateway.adminPort());
            knocking.setSoTimeout(10_000);
            replies = new BufferedInputStream(knocking.getInputStream());
            first = begun(head);
        }
        StringBuilder reply = new StringBuilder();
        reply.append((char) first);
        while (reply.indexOf("\r\n\r\n") < 0) {
            int next = replies.read();
            assertThat(next)
                    .as("the reply to %s goes on after '%s'", head, reply)
                    .isNotNegative();
            reply.append((char) next);
        }
        Matcher length = LENGTH.matcher(reply);
        if (!method.equals("HEAD") && length.find()) {
            reply.append(new String(replies.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8));
        }
        if (reply.indexOf("connection: close") >= 0 || reply.indexOf("content-length") < 0) {
            hangUp();
        }
        return reply.toString();
    }

    /** The first byte of the reply; -1 when the connection is over. */
    private int begun(String head) {
        try {
            Objects.requireNonNull(knocking)
                    .getOutputStream()
                    .write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return replies.read();
        } catch (SocketException over) {
            return -1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void hangUp() throws IOException {
        if (knocking != null) {
            knocking.close();
            knocking = null;
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The path from its second character on, that one percent-encoded. */
    private static String encodedLetter(String path) {
        return "%%%02x%s".formatted((int) path.charAt(1), path.substring(2));
    }

    private static String filled(Operation operation) {
        return AdminWalkTest.filled(operation).replace("acme", INSIDE);
    }
}
