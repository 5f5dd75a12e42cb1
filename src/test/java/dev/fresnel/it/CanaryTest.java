package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.admin.Operation;
import dev.fresnel.chat.JsonText;
import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeCollector;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** X1, T4: a canary in every place for a secret is found in nothing that leaves the process, whatever fails. */
class CanaryTest {
    private static final String TASK = "Write CRUD endpoints for 5 entities";

    private final Canaries canaries = new Canaries();
    private final String upstreamKey = canaries.plant("upstream");
    private final String keyInAFile = canaries.plant("file");
    private final String adminToken = canaries.plant("admin");
    private final String tenantKey = canaries.plant("tenant");
    private final String wrongKey = canaries.plant("wrong");
    private final String clientKey = canaries.plant("client");
    private final String cookie = canaries.plant("cookie");
    private final String queryKey = canaries.plant("query");
    private final String proxyKey = canaries.plant("proxy");
    private final String collectorToken = canaries.plant("collector");
    private final String redisPassword = canaries.plant("redis");

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final FakeUpstream echo = FakeUpstream.start(vertx);
    private final FakeCollector collector = FakeCollector.start();

    @TempDir
    Path folder;

    CanaryTest() {
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
        // A provider that repeats what it was sent in what it refuses.
        echo.byDefault(Script.byRequest(request -> Script.json(
                401,
                "{\"error\":{\"message\":" + JsonText.quote("wrong: " + request) + ",\"type\":\"x\",\"code\":null}}")));
    }

    @AfterEach
    void stop() {
        canaries.close();
        collector.close();
        echo.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    private String config() {
        try {
            Files.writeString(folder.resolve("key"), keyInAFile + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return """
                listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0", admin-token: "%s" }
                telemetry: { otlp: { endpoint: "%s", headers: { authorization: "Bearer %s" } } }
                events: { decision-log: "%s" }
                upstreams:
                  smart: { base-url: "%s", api-key: "%s" }
                  cheap: { base-url: "%s" }
                  echo: { base-url: "%s", api-key: "file:%s" }
                  nowhere: { base-url: "http://127.0.0.1:9/v1", api-key: "%s" }
                  secure: { base-url: "https://localhost:%d/v1", api-key: "%s" }
                models:
                  smart: { upstream: smart, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  echo: { upstream: echo, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: cheap, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                  gone: { upstream: nowhere }
                  secure: { upstream: secure }
                workers: { fast: { model: cheap } }
                tenants:
                  - id: acme
                    keys: [{ key: "%s", name: team, limits: { concurrent-requests: 50 } }]
                    mode: adaptive
                    arms: [direct, fast]
                    lens: { build: inline }
                    routes: [{ match: { model: smart } }, { match: { model: echo } }]
                  - { id: open, upstream: cheap }
                """.formatted(
                        adminToken,
                        collector.endpoint(),
                        collectorToken,
                        folder.resolve("decisions.jsonl"),
                        smart.baseUri(),
                        upstreamKey,
                        cheap.baseUri(),
                        echo.baseUri(),
                        folder.resolve("key"),
                        upstreamKey,
                        cheap.port(),
                        upstreamKey,
                        tenantKey);
    }

    @Test
    void noSecretIsInAnythingThatLeaves_withTheEmbeddedStore() throws IOException {
        try (TestGateway gateway = TestGateway.start(config())) {
            Map<String, String> seen = exercised(gateway);
            gateway.stop();
            int before = seen.size();
            try (Stream<Path> files = Files.walk(gateway.store())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    seen.put("file " + file.getFileName(), Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
            assertThat(seen).hasSizeGreaterThan(before);
            finish(gateway, seen);
        }
    }

    @Test
    void noSecretIsInAnythingThatLeaves_withRedis() throws IOException {
        try (RedisServer redis =
                        RedisServer.start("--user", "fresnel", "on", ">" + redisPassword, "~*", "&*", "+@all");
                TestGateway gateway = TestGateway.withStore(
                        "store: { redis: { url: \"" + redis.uri() + "\", user: fresnel, password: \"" + redisPassword
                                + "\", command-timeout: 5s } }",
                        config())) {
            Map<String, String> seen = exercised(gateway);
            String keys = redis.command("KEYS", "*");
            assertThat(keys).contains("fresnel:{keys}", "fresnel:{acme}");
            seen.put("names in Redis", keys);
            for (String key : keys.strip().split("\\s+", -1)) {
                String content = switch (redis.command("TYPE", key)) {
                    case "hash" -> redis.command("HGETALL", key);
                    case "zset" -> redis.command("ZRANGE", key, "0", "-1", "WITHSCORES");
                    case "set" -> redis.command("SMEMBERS", key);
                    case "list" -> redis.command("LRANGE", key, "0", "-1");
                    case "string" -> redis.command("GET", key);
                    default -> throw new AssertionError(key + " is of no type that is looked into");
                };
                assertThat(content).as(key).doesNotStartWith("-");
                seen.put("Redis " + key, content);
            }
            seen.put("what Redis knows of its clients", redis.command("CLIENT", "LIST"));
            assertThat(seen.get("what Redis knows of its clients")).contains("user=fresnel");
            gateway.stop();
            finish(gateway, seen);
        }
    }

    /** Nor where it is the password that is wrong. */
    @Test
    void thePasswordIsNotTold_whenRedisRefusesIt() {
        try (RedisServer redis = RedisServer.start("--requirepass", canaries.plant("right"));
                TestGateway gateway = TestGateway.withStore(
                        "store: { redis: { url: \"" + redis.uri() + "\", password: \"" + redisPassword + "\" } }",
                        config())) {
            Map<String, String> seen = new LinkedHashMap<>();
            gateway.awaitLogged("Redis is away", "WRONGPASS");
            for (String path : List.of("/admin/status", "/metrics", "/admin/config", "/admin/keys", "/readyz")) {
                seen.put(path, admin(gateway, HttpMethod.GET, path, "").body());
            }
            gateway.stop();
            seen.put("the log", gateway.log());
            canaries.areInNoneOf(seen);
        }
    }

    /** What a config is rejected for goes to the log, the events and the status. */
    @Test
    void noSecretIsTold_whenANewConfigIsRejected() throws IOException {
        Path file = folder.resolve("fresnel.yaml");
        String valid = config().replaceFirst("\n", "\nstore: { embedded: \"" + folder.resolve("store") + "\" }\n");
        Files.writeString(file, valid);
        try (TestGateway gateway = TestGateway.watching(file)) {
            Map<String, String> seen = new LinkedHashMap<>();
            for (String broken : List.of(
                    valid.replace("api-key: \"" + upstreamKey + "\"", "api-key: *" + upstreamKey),
                    valid.replace(
                            "{ base-url: \"" + cheap.baseUri() + "\" }",
                            "{ base-url: \"https://user:" + upstreamKey + "@x.example/v1?key=" + queryKey + "\", "
                                    + clientKey + ": 1 }"))) {
                Files.writeString(file, broken);
                int before = gateway.logged("config_rejected").size();
                Await.until(
                        "the config is rejected",
                        () -> gateway.logged("config_rejected").size() > before);
                for (String path : List.of("/admin/config", "/admin/status", "/admin/events", "/metrics")) {
                    seen.put(
                            path + " " + before,
                            admin(gateway, HttpMethod.GET, path, "").body());
                }
            }
            assertThat(seen.get("/admin/config 1")).contains("upstreams.cheap");
            gateway.stop();
            seen.put("the log", gateway.log());
            canaries.areInNoneOf(seen);
        }
    }

    // ---- what is done ----

    /** Everything that was said, by where. */
    private Map<String, String> exercised(TestGateway gateway) throws IOException {
        Map<String, String> seen = new LinkedHashMap<>();
        collector.refuseWith(401);
        HttpResponse<String> issued =
                admin(gateway, HttpMethod.POST, "/admin/keys", "{\"tenant\":\"acme\",\"name\":\"issued\"}");
        String issuedKey = canaries.issued(issued.body().replaceFirst(".*\"key\":\"(fk-[^\"]+)\".*", "$1"));
        assertThat(issuedKey).startsWith("fk-");
        for (String model : List.of("gone", "secure", "undeclared")) {
            tell(
                    seen,
                    gateway.send(request(gateway, "/chat/completions", tenantKey)
                            .POST(HttpRequest.BodyPublishers.ofString(chat(model, TASK, true)))
                            .build()));
        }
        for (String model : List.of("smart", "cheap")) {
            for (String key : List.of(tenantKey, wrongKey, clientKey, issuedKey)) {
                for (String body : List.of(
                        chat(model, TASK, false),
                        chat(model, "Hello", true),
                        "{\"model\":\"" + model + "\"",
                        "\ufeff{}")) {
                    tell(
                            seen,
                            gateway.send(request(gateway, "/chat/completions?api-key=" + queryKey, key)
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build()));
                }
                for (String path : List.of("/models", "/models/" + model, "/files", "/nothing", "/feedback")) {
                    tell(
                            seen,
                            gateway.send(request(gateway, path + "?api-key=" + queryKey, key)
                                    .build()));
                }
            }
        }
        collector.refuseWith(200);
        // What it repeats reaches the client as the provider's own answer, and must get no further.
        HttpResponse<String> echoed = gateway.send(request(gateway, "/chat/completions", tenantKey)
                .header("x-fresnel-arm", "fast")
                .POST(HttpRequest.BodyPublishers.ofString(chat("echo", TASK, false)))
                .build());
        assertThat(echoed.statusCode()).isEqualTo(401);
        seen.put("headers of what a provider refused", echoed.headers().map().toString());
        HttpResponse<String> last = gateway.send(request(gateway, "/chat/completions", tenantKey)
                .header("x-fresnel-arm", "fast")
                .POST(HttpRequest.BodyPublishers.ofString(chat("smart", TASK, false)))
                .build());
        tell(seen, last);
        for (String head : unreadable()) {
            seen.put("reply to " + seen.size(), raw(gateway.port(), head));
            seen.put("admin reply to " + seen.size(), raw(gateway.adminPort(), head));
        }
        String request = last.headers().firstValue("x-fresnel-request-id").orElseThrow();
        gateway.awaitLogged("request_finished", request);
        walk(gateway, request, seen);
        String id = issued.body().replaceFirst(".*\"id\":\"([0-9a-f]+)\".*", "$1");
        seen.put(
                "revoked",
                admin(gateway, HttpMethod.DELETE, "/admin/keys/" + id, "").body());
        seen.put(
                "events after that",
                admin(gateway, HttpMethod.GET, "/admin/events", "").body());
        gateway.awaitLogged("key_revoked");
        return seen;
    }

    private HttpRequest.Builder request(TestGateway gateway, String path, String key) {
        return HttpRequest.newBuilder(URI.create(gateway.baseUrl() + path))
                .header("authorization", "Bearer " + key)
                .header("x-api-key", key)
                .header("proxy-authorization", "Basic " + proxyKey)
                .header("cookie", "session=" + cookie)
                .header("x-fresnel-explain", "true");
    }

    private static String chat(String model, String task, boolean stream) {
        return "{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\""
                + task + "\"}]}";
    }

    /** Heads that are refused before anybody reads what is in them, or because of it. */
    private List<String> unreadable() {
        String key = "authorization: Bearer " + clientKey + "\r\n";
        return List.of(
                "GET /v1/files?api-key=" + queryKey + "%zz HTTP/1.1\r\nhost: x\r\n" + key,
                "GET /v1/files?api-key=" + queryKey + "{|}\\ HTTP/1.1\r\nhost: x\r\n" + key,
                "GET /v1/files?api-key=" + queryKey + "#x HTTP/1.1\r\nhost: x\r\n" + key,
                "GET http://u:" + queryKey + "@127.0.0.1/v1/models HTTP/1.1\r\nhost: x\r\n" + key,
                "GET http://u:" + queryKey + "@127.0.0.1/admin/status HTTP/1.1\r\nhost: x\r\n" + key,
                "GET /v1/models " + queryKey + " HTTP/1.1\r\nhost: x\r\n" + key,
                queryKey + "\r\nhost: x\r\n",
                "GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \u0001" + clientKey + "\r\n",
                "GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization " + clientKey + "\r\n",
                "GET /v1/models HTTP/1.1\r\nhost: x\r\n" + key + key,
                "GET /v1/models HTTP/1.1\r\nhost: " + clientKey + "@x\r\n" + key,
                "GET /v1/models HTTP/1.1\r\nhost: x\r\nx: " + clientKey.repeat(2_000) + "\r\n",
                "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: " + clientKey + "\r\n" + key,
                "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nexpect: " + clientKey + "\r\n" + key,
                "GET /v1/models HTTP/1.1\r\nhost: x\r\nx-fresnel-mode: " + clientKey + "\r\n" + key,
                "GET /admin/status?token=" + adminToken + " HTTP/1.1\r\nhost: 127.0.0.1\r\n",
                "GET /admin/%zz?token=" + adminToken + " HTTP/1.1\r\nhost: 127.0.0.1\r\n",
                "GET *?token=" + adminToken + " HTTP/1.1\r\nhost: 127.0.0.1\r\n",
                "GET /console/" + adminToken.replace('-', '_') + "?token=" + adminToken + " HTTP/1.1\r\nhost: x\r\n");
    }

    private static String raw(int port, String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((head + "connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketException reset) {
            return "";
        }
    }

    /** Every question of the table, which must have an answer, and every route without the token. */
    private void walk(TestGateway gateway, String request, Map<String, String> seen) throws IOException {
        String lens = first(gateway, "/admin/lenses?tenant=acme", "\"key\":\"([0-9a-f]{64})\"");
        for (Operation operation : gateway.gateway().adminOperations()) {
            String path = operation
                    .path()
                    .replace("{tenant}", "acme")
                    .replace("{key}", lens)
                    .replace("{request_id}", request)
                    .replace("{folder}", "views")
                    .replace("{file}", operation.path().contains("{folder}") ? "health.js" : "app.js");
            String name = operation.method() + " " + operation.path();
            seen.put(
                    "without the token " + name,
                    gateway.send(HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + gateway.adminPort() + path.replaceAll("[{}]", "")))
                                    .header("authorization", "Bearer " + wrongKey)
                                    .method(operation.method().name(), HttpRequest.BodyPublishers.ofString(""))
                                    .build())
                            .body());
            if (!operation.method().equals(HttpMethod.GET)) {
                continue;
            }
            if (path.endsWith("/stream")) {
                seen.put(name, stream(gateway, path));
                continue;
            }
            HttpResponse<String> reply = admin(gateway, HttpMethod.GET, path, "");
            if (reply.statusCode() == 400) {
                reply = admin(gateway, HttpMethod.GET, path + "?tenant=acme", "");
            }
            assertThat(reply.statusCode()).as(name + " " + reply.body()).isIn(200, 302);
            seen.put(name, reply.headers().map() + reply.body());
        }
        seen.put(
                "lenses with their words",
                admin(gateway, HttpMethod.GET, "/admin/lenses?tenant=acme&text=true", "")
                        .body());
    }

    /** All events that are kept, as the stream tells them. */
    private String stream(TestGateway gateway, String path) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.adminPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer " + adminToken
                                    + "\r\nlast-event-id: other-0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            StringBuilder text = new StringBuilder();
            while (text.indexOf("ephemeral_lens_created") < 0) {
                byte[] bytes = new byte[64 * 1024];
                int length = socket.getInputStream().read(bytes);
                assertThat(length).isPositive();
                text.append(new String(bytes, 0, length, StandardCharsets.UTF_8));
            }
            return text.toString();
        }
    }

    private String first(TestGateway gateway, String path, String pattern) {
        String body = admin(gateway, HttpMethod.GET, path, "").body();
        return body.replaceFirst("(?s).*?" + pattern + ".*", "$1");
    }

    private static void tell(Map<String, String> seen, HttpResponse<String> reply) {
        seen.put(
                "reply " + seen.size(),
                reply.statusCode() + " " + reply.headers().map() + " " + reply.body());
    }

    private HttpResponse<String> admin(TestGateway gateway, HttpMethod method, String path, String body) {
        return gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .header("authorization", "Bearer " + adminToken)
                .method(
                        method.name(),
                        method.equals(HttpMethod.GET)
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** Adds what was written until the gateway ended, and looks. */
    private void finish(TestGateway gateway, Map<String, String> seen) throws IOException {
        seen.put("the log", gateway.log());
        assertThat(gateway.log())
                .contains("ephemeral_lens_created", "lens_failed", "request_refused", "upstream_unavailable");
        seen.put("decision log", Files.readString(folder.resolve("decisions.jsonl")));
        assertThat(seen.get("decision log")).contains("acme");
        collector.exports().forEach(export -> seen.put("trace " + seen.size(), export.raw()));
        canaries.areInNoneOf(seen);
        // What is meant to travel does, so the canaries were live.
        assertThat(collector.exports())
                .isNotEmpty()
                .allSatisfy(export ->
                        assertThat(export.headers().get("authorization")).isEqualTo("Bearer " + collectorToken));
        assertThat(smart.requests())
                .anyMatch(request -> request.header("authorization").equals("Bearer " + upstreamKey));
        assertThat(echo.requests())
                .anyMatch(request -> request.header("authorization").equals("Bearer " + keyInAFile));
        assertThat(cheap.requests())
                .anyMatch(request -> request.header("authorization").equals("Bearer " + clientKey)
                        && request.uri().contains(queryKey));
        assertThat(Stream.of(smart, cheap, echo).flatMap(upstream -> upstream.requests().stream()))
                .noneMatch(request -> request.headers().toString().contains(tenantKey)
                        || request.headers().toString().contains("fk-")
                        || request.headers().toString().contains(adminToken)
                        || request.headers().toString().contains(redisPassword));
    }
}
