package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** X1, T4: a canary in every place for a secret is found in nothing that leaves the process. */
@Execution(ExecutionMode.CONCURRENT)
class CanaryTest {
    private static final String UPSTREAM_KEY = "sk-canary-upstream";
    private static final String ADMIN_TOKEN = "canary-admin-token";
    private static final String TENANT_KEY = "sk-canary-tenant";
    private static final String WRONG_KEY = "sk-canary-wrong";
    private static final String CLIENT_KEY = "sk-canary-client";
    private static final String COOKIE = "canary-cookie";

    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final Handler ear = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            said.add(entry.getMessage() + Arrays.toString(entry.getParameters()) + entry.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Vertx vertx;
    private FakeUpstream smart;
    private FakeUpstream cheap;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        smart = FakeUpstream.start(vertx);
        cheap = FakeUpstream.start(vertx);
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
        Logger.getLogger("").addHandler(ear);
    }

    @AfterEach
    void stop() {
        Logger.getLogger("").removeHandler(ear);
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    private String config() {
        return """
                listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0", admin-token: "%s" }
                upstreams:
                  smart: { base-url: "%s", api-key: "%s" }
                  cheap: { base-url: "%s" }
                  nowhere: { base-url: "http://127.0.0.1:9/v1", api-key: "%s" }
                models:
                  smart: { upstream: smart, tier: large, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: cheap, tier: small, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                  gone: { upstream: nowhere }
                workers: { fast: { model: cheap } }
                tenants:
                  - id: acme
                    keys: [{ key: "%s", name: team, limits: { concurrent-requests: 50 } }]
                    routes:
                      - match: { model: smart }
                        mode: rules
                        arms: [fast]
                        lens: { build: inline }
                        rules: { break-even: false, threshold-tokens: 10 }
                  - { id: open, upstream: cheap }
                """.formatted(ADMIN_TOKEN, smart.baseUri(), UPSTREAM_KEY, cheap.baseUri(), UPSTREAM_KEY, TENANT_KEY);
    }

    @Test
    void noSecretIsInAnythingThatLeaves_withTheEmbeddedStore() throws IOException {
        try (TestGateway gateway = TestGateway.start(config())) {
            Map<String, String> seen = exercised(gateway);
            gateway.stop();
            try (Stream<Path> files = Files.walk(gateway.store())) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    seen.put("file " + file.getFileName(), Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
            assertThat(seen.keySet()).anyMatch(name -> name.startsWith("file "));
            holdsNoSecret(seen);
        }
    }

    @Test
    void noSecretIsInAnythingThatLeaves_withRedis() {
        try (RedisServer redis = RedisServer.start();
                TestGateway gateway = TestGateway.onRedis(redis.uri(), config())) {
            Map<String, String> seen = exercised(gateway);
            String keys = redis.command("KEYS", "*");
            assertThat(keys).contains("fresnel:{keys}", "fresnel:{acme}");
            seen.put("names in Redis", keys);
            for (String key : keys.strip().split("\\s+", -1)) {
                for (String read : List.of("HGETALL", "GET", "DUMP")) {
                    seen.put(read + " " + key, tried(redis, read, key));
                }
            }
            holdsNoSecret(seen);
        }
    }

    private static String tried(RedisServer redis, String... words) {
        try {
            return redis.command(words);
        } catch (RuntimeException anotherType) {
            return "";
        }
    }

    /** Everything that was said, by where. */
    private Map<String, String> exercised(TestGateway gateway) {
        Map<String, String> seen = new LinkedHashMap<>();
        HttpResponse<String> issued =
                admin(gateway, "POST", "/admin/keys", "{\"tenant\":\"acme\",\"name\":\"issued\"}");
        String issuedKey = issued.body().replaceFirst(".*\"key\":\"(fk-[^\"]+)\".*", "$1");
        assertThat(issuedKey).startsWith("fk-");
        canaries.add(issuedKey);
        for (String model : List.of("smart", "cheap", "gone", "undeclared")) {
            for (String key : List.of(TENANT_KEY, WRONG_KEY, CLIENT_KEY, issuedKey)) {
                for (String body : List.of(
                        "{\"model\":\"" + model
                                + "\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Write CRUD endpoints for 5 entities\"}]}",
                        "{\"model\":\"" + model
                                + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                        "{\"model\":\"" + model + "\"",
                        "\ufeff{}")) {
                    tell(
                            seen,
                            gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/chat/completions"))
                                    .header("authorization", "Bearer " + key)
                                    .header("x-api-key", key)
                                    .header("cookie", COOKIE)
                                    .header("x-fresnel-explain", "true")
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build()));
                }
                for (String path : List.of("/models", "/models/" + model, "/files", "/nothing?key=x", "/feedback")) {
                    tell(
                            seen,
                            gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + path))
                                    .header("authorization", "Bearer " + key)
                                    .build()));
                }
            }
        }
        String id = issued.body().replaceFirst(".*\"id\":\"([0-9a-f]+)\".*", "$1");
        seen.put("revoked", admin(gateway, "DELETE", "/admin/keys/" + id, "").body());
        for (String path : List.of(
                "/admin/status",
                "/admin/events",
                "/admin/keys",
                "/admin/lenses?tenant=acme&text=true",
                "/metrics",
                "/nowhere")) {
            seen.put(path, admin(gateway, "GET", path, "").body());
            seen.put(
                    "without the token " + path,
                    gateway.adminReply(path, "authorization", "Bearer " + WRONG_KEY)
                            .body());
        }
        gateway.awaitLogged("key_revoked");
        seen.put("the log", gateway.log());
        seen.put("what the JVM logs", String.join("\n", List.copyOf(said)));
        assertThat(seen.get("the log")).contains("ephemeral_lens_created", "request_refused", "upstream_unavailable");
        return seen;
    }

    private final List<String> canaries =
            new ArrayList<>(List.of(UPSTREAM_KEY, ADMIN_TOKEN, TENANT_KEY, WRONG_KEY, CLIENT_KEY, COOKIE));

    private static void tell(Map<String, String> seen, HttpResponse<String> reply) {
        seen.put(
                "reply " + seen.size(),
                reply.statusCode() + " " + reply.headers().map() + " " + reply.body());
    }

    private static HttpResponse<String> admin(TestGateway gateway, String method, String path, String body) {
        return gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .header("authorization", "Bearer " + ADMIN_TOKEN)
                .method(
                        method,
                        method.equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private void holdsNoSecret(Map<String, String> seen) {
        seen.forEach((where, text) -> canaries.forEach(canary -> {
            assertThat(text).as(where).doesNotContain(canary);
            assertThat(text)
                    .as(where)
                    .doesNotContain(Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(canary.getBytes(StandardCharsets.UTF_8)));
        }));
        // What is meant to travel does, so the canaries were live.
        assertThat(smart.requests())
                .anyMatch(request -> request.header("authorization").equals("Bearer " + UPSTREAM_KEY));
        assertThat(cheap.requests())
                .anyMatch(request -> request.header("authorization").equals("Bearer " + CLIENT_KEY));
        assertThat(Stream.concat(smart.requests().stream(), cheap.requests().stream()))
                .noneMatch(request -> request.headers().toString().contains(TENANT_KEY)
                        || request.headers().toString().contains("fk-"));
    }
}
