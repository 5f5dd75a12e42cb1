package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** T5 over replicas: a key issued at one opens all and is held to its budget and limits, one revoked opens none within five seconds, and Redis away changes neither. */
class KeySharingTest {
    private Vertx vertx;
    private RedisServer redis;
    private FakeUpstream upstream;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        redis = RedisServer.startDurable();
        upstream = FakeUpstream.start(vertx);
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));
    }

    @AfterEach
    void stop() {
        upstream.close();
        Await.result(vertx.close());
        redis.close();
    }

    private TestGateway replica() {
        return TestGateway.withStore(
                "store: { redis: { url: \"" + redis.uri() + "\", command-timeout: 500ms } }",
                """
                upstreams: { provider: { base-url: "%s" } }
                models: { m: { upstream: provider, price: { input: 0, cached-input: 0, output: 10.00 } } }
                tenants:
                  - { id: acme, access: keys, keys: [sk-declared] }
                  - { id: open }
                """.formatted(upstream.baseUri()));
    }

    @CanIgnoreReturnValue
    private static HttpResponse<String> admin(TestGateway gateway, String method, String path, String body) {
        return gateway.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys" + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    private static int asked(TestGateway gateway, String key) {
        return asked(gateway, key, "/v1/files");
    }

    private static int asked(TestGateway gateway, String key, String path) {
        return gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                        .header("authorization", "Bearer " + key)
                        .build())
                .statusCode();
    }

    /** 100 tokens at 10 USD per million: 0.001 USD, which is also the worst case. */
    private static HttpResponse<String> chat(TestGateway gateway, String key) {
        return gateway.chat(
                "{\"model\":\"m\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                "authorization",
                "Bearer " + key);
    }

    /** How often the key is served, by each gateway in turn, until both refuse. */
    private static int served(String key, TestGateway... gateways) {
        int served = 0;
        for (int refused = 0, i = 0; refused < gateways.length; i++) {
            boolean in = chat(gateways[i % gateways.length], key).statusCode() == 200;
            served += in ? 1 : 0;
            refused = in ? 0 : refused + 1;
        }
        return served;
    }

    private static String field(HttpResponse<String> reply, String name) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body().replaceFirst(".*\"" + name + "\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void issuedAtOne_opensAll_andRevokedAtOneItOpensNone() {
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            HttpResponse<String> issued = admin(first, "POST", "", "{\"tenant\":\"acme\",\"name\":\"ci\"}");
            String key = field(issued, "key");

            assertThat(asked(first, key)).as("where it was issued, at once").isEqualTo(200);
            Await.until("the other replica has heard", () -> asked(second, key) == 200);
            try (TestGateway third = replica()) {
                assertThat(asked(third, key)).as("from its first request").isEqualTo(200);
            }

            Instant revoked = Instant.now();
            assertThat(admin(second, "DELETE", "/" + field(issued, "id"), "").body())
                    .contains("\"stored\":true", "\"state\":\"revoked\"");
            assertThat(asked(second, key)).as("where it was revoked, at once").isEqualTo(401);
            Await.until("the other replica has heard", () -> asked(first, key) == 401);
            assertThat(Duration.between(revoked, Instant.now())).isLessThan(Duration.ofSeconds(5));
        }
        assertThat(upstream.requests())
                .allSatisfy(request -> assertThat(request.header("authorization"))
                        .as("an issued key never travels on")
                        .isEmpty());
    }

    @Test
    void anIssuedKeysBudgetHoldsOverAllReplicas_andOverTheirRestart() {
        upstream.byDefault(Script.chat("fine", Usage.of(0, 100)));
        String key;
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            key = field(
                    admin(first, "POST", "", "{\"tenant\":\"acme\",\"name\":\"ci\",\"budget\":{\"total\":0.0205}}"),
                    "key");
            Instant issued = Instant.now();
            Await.until("the other replica has heard", () -> asked(second, key, "/v1/models") == 200);
            assertThat(Duration.between(issued, Instant.now())).isLessThan(Duration.ofSeconds(5));

            AtomicInteger served = new AtomicInteger();
            Await.until(
                    () -> "all of it is spent, what a replica held and did not need included: " + served,
                    () -> served.addAndGet(served(key, first, second)) >= 20);
            assertThat(served.get() + served(key, first, second)).isEqualTo(20);
            assertThat(chat(first, key).body()).contains("The total budget of the key 'ci'");
            assertThat(chat(second, key).body()).contains("The total budget of the key 'ci'");
            assertThat(chat(second, "sk-declared").statusCode()).isEqualTo(200);
            Await.until(
                    () -> "each knows what all have spent: " + second.admin("/admin/budgets"),
                    () -> Stream.of(first, second)
                            .allMatch(gateway -> gateway.admin("/admin/budgets")
                                    .contains("\"limit_usd\":0.0205,\"spent_usd\":0.02,")));
        }
        try (TestGateway third = replica()) {
            assertThat(third.admin("/admin/budgets"))
                    .as("read with its key, before the first request")
                    .contains("\"limit_usd\":0.0205,\"spent_usd\":0.02,");
            assertThat(chat(third, key).statusCode()).isEqualTo(429);
        }
    }

    @Test
    void anIssuedKeysLimitsHoldAtEveryReplica_andAfterItsRestart() {
        HttpResponse<String> issued;
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            issued = admin(
                    first, "POST", "", "{\"tenant\":\"acme\",\"name\":\"ci\",\"limits\":{\"requests-per-minute\":2}}");
            String key = field(issued, "key");
            assertThat(served(key, first)).isEqualTo(2);
            Await.until("the other replica has heard", () -> chat(second, key).statusCode() == 200);
            assertThat(served(key, second))
                    .as("each counts for itself, where limits.replicas does not tell it of the other")
                    .isEqualTo(1);
        }
        try (TestGateway third = replica()) {
            assertThat(served(field(issued, "key"), third)).isEqualTo(2);
        }
    }

    @Test
    void aKeyOfTheConfigIsRevokedAtAll_andAtThoseThatStartLater() {
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            assertThat(asked(second, "sk-declared")).isEqualTo(200);
            String id = field(admin(first, "GET", "?tenant=acme", ""), "id");

            admin(first, "DELETE", "/" + id, "");

            assertThat(asked(first, "sk-declared")).isEqualTo(401);
            Await.until("the other replica has heard", () -> asked(second, "sk-declared") == 401);
            try (TestGateway third = replica()) {
                assertThat(asked(third, "sk-declared")).isEqualTo(401);
            }
        }
    }

    @Test
    void holdsWhatWasLastKnown_whenRedisIsAway_andTellsItLater() {
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            HttpResponse<String> kept = admin(first, "POST", "", "{\"tenant\":\"acme\",\"name\":\"kept\"}");
            HttpResponse<String> gone = admin(first, "POST", "", "{\"tenant\":\"acme\",\"name\":\"gone\"}");
            Await.until("the other replica has heard", () -> asked(second, field(gone, "key")) == 200);
            redis.kill();

            assertThat(admin(first, "POST", "", "{\"tenant\":\"acme\"}").statusCode())
                    .as("a key that others would not know")
                    .isEqualTo(503);
            assertThat(admin(first, "DELETE", "/" + field(gone, "id"), "").body())
                    .contains("\"stored\":false");
            assertThat(asked(first, field(gone, "key"))).isEqualTo(401);
            assertThat(asked(first, field(kept, "key"))).isEqualTo(200);
            assertThat(asked(second, field(kept, "key"))).isEqualTo(200);
            try (TestGateway third = replica()) {
                assertThat(asked(third, field(kept, "key")))
                        .as("before the store was read, and not the open tenant's")
                        .isEqualTo(401);
                assertThat(asked(third, "sk-declared")).isEqualTo(200);

                redis.restart();

                Await.until("the third has read the store", () -> asked(third, field(kept, "key")) == 200);
                Await.until("the third has heard", () -> asked(third, field(gone, "key")) == 401);
                Await.until("the other replica has heard", () -> asked(second, field(gone, "key")) == 401);
            }
        }
    }

    @Test
    void tellsAStoreThatLostItsData_whatItMissed() {
        try (TestGateway first = replica()) {
            HttpResponse<String> issued = admin(first, "POST", "", "{\"tenant\":\"acme\",\"name\":\"ci\"}");
            redis.command("FLUSHALL");

            Await.until("told", () -> redis.command("HLEN", "fresnel:{keys}").equals("2"));
            try (TestGateway second = replica()) {
                assertThat(asked(second, field(issued, "key"))).isEqualTo(200);
            }
        }
    }

    @Test
    void oneOfTwoReplicasGetsAName_whenBothIssueItAtOnce() {
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            List<Integer> answers = Stream.of(first, second, first, second, first, second)
                    .map(gateway -> CompletableFuture.supplyAsync(
                            () -> admin(gateway, "POST", "", "{\"tenant\":\"acme\",\"name\":\"ci\"}")
                                    .statusCode(),
                            Thread::startVirtualThread))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .sorted()
                    .toList();

            assertThat(answers).containsExactly(200, 409, 409, 409, 409, 409);
            assertThat(redis.command("HLEN", "fresnel:{keys}"))
                    .as("it and the revision")
                    .isEqualTo("2");
        }
    }
}
