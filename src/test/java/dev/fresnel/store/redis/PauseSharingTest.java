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
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** H29 over replicas: one order at one of them is in force at all, and holds while Redis is away. */
class PauseSharingTest {
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";

    private Vertx vertx;
    private RedisServer redis;
    private FakeUpstream smart;
    private FakeUpstream cheap;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        redis = RedisServer.startDurable();
        smart = FakeUpstream.start(vertx);
        cheap = FakeUpstream.start(vertx);
        smart.byDefault(Script.chat("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
        redis.close();
    }

    private TestGateway replica() {
        return TestGateway.withStore(
                "store: { redis: { url: \"" + redis.uri() + "\", command-timeout: 500ms } }",
                TestGateway.twoModels(
                                smart.baseUri(),
                                cheap.baseUri(),
                                "mode: rules\narms: [direct, fast-bare]\nrules: { break-even: false, threshold-tokens: 10 }")
                        .replace("2s", "60s"));
    }

    @CanIgnoreReturnValue
    private static String order(TestGateway gateway, String verb) {
        return gateway.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/" + verb))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build())
                .body();
    }

    private static boolean isPaused(TestGateway gateway) {
        return gateway.chat(TASK).body().contains("from smart");
    }

    @Test
    void reachesEveryReplicaWithinTwoSeconds_andThoseThatStartLater() {
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            assertThat(isPaused(second)).isFalse();

            assertThat(order(first, "pause")).contains("\"stored\":true");

            Instant ordered = Instant.now();
            Await.until("the other replica has heard", () -> isPaused(second));
            assertThat(Duration.between(ordered, Instant.now())).isLessThan(Duration.ofSeconds(2));
            assertThat(second.awaitLogged("\"delegation_paused\"")).contains("\"source\":\"store\"");
            try (TestGateway third = replica()) {
                assertThat(isPaused(third)).as("from its first request").isTrue();
            }

            order(second, "resume");
            Await.until("the first one has heard", () -> !isPaused(first));
        }
    }

    @Test
    void holdsTheLastKnownState_whenRedisIsAway_andTellsItsOrdersLater() {
        try (TestGateway first = replica();
                TestGateway second = replica()) {
            order(first, "pause");
            Await.until("the other replica has heard", () -> isPaused(second));
            redis.kill();

            assertThat(isPaused(first)).isTrue();
            assertThat(isPaused(second)).isTrue();
            assertThat(order(first, "resume")).contains("\"state\":\"active\"", "\"stored\":false");
            assertThat(isPaused(first)).isFalse();
            assertThat(isPaused(second)).as("it cannot know yet").isTrue();

            redis.restart();

            Await.until("the other replica has heard", () -> !isPaused(second));
        }
    }
}
