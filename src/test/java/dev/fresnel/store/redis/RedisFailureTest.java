package dev.fresnel.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RedisServer;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R1 to R8 through a whole gateway with the shipped limits: whatever becomes of a real Redis, every client has its answer. A request
 * that waited for a frozen server would never end, so each answer here also shows that none did.
 */
class RedisFailureTest {
    private static final String LENSES = "fresnel:{acme}:lens";

    private Vertx vertx;
    private RedisServer redis;
    private FakeUpstream smart;
    private FakeUpstream cheap;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        redis = RedisServer.start();
        smart = FakeUpstream.start(vertx);
        cheap = FakeUpstream.start(vertx);
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 3000)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(400, 3000)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
        redis.close();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("frozen", RedisServer::freeze),
                fault("killed", RedisServer::kill),
                fault("emptied", server -> server.command("FLUSHALL")),
                fault("scripts forgotten", server -> server.command("SCRIPT", "FLUSH")),
                fault("memory full", server -> server.command("CONFIG", "SET", "maxmemory", "1")),
                fault(
                        "became a replica",
                        server -> server.command("REPLICAOF", "127.0.0.1", Integer.toString(RedisServer.freePort()))),
                fault("writes need replicas", server -> server.command("CONFIG", "SET", "min-replicas-to-write", "3")),
                fault("another type", server -> {
                    server.command("DEL", LENSES);
                    server.command("LPUSH", LENSES, "x");
                    server.command("SET", LENSES + "-use", "x");
                    server.command("SET", LENSES + "-claim", "x");
                }),
                fault("garbage", server -> {
                    for (String hash : server.command("HKEYS", LENSES).lines().toList()) {
                        server.command("HSET", LENSES, hash, "garbage \u0000\uFFFF {");
                    }
                }),
                fault("paused", server -> server.command("CLIENT", "PAUSE", "800")));
    }

    private static Arguments fault(String name, Consumer<RedisServer> fault) {
        return Arguments.of(name, fault);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void everyClientHasItsAnswer(String name, Consumer<RedisServer> fault) {
        try (TestGateway gateway = gateway(redis.uri())) {
            answered(gateway.chat(task(5)));

            fault.accept(redis);

            // A task whose lens is in memory, tasks that look for one, and one that asks for nothing.
            answered(gateway.chat(task(5)));
            for (int entities = 6; entities < 14; entities++) {
                answered(gateway.chat(task(entities)));
            }
            answered(gateway.chat("{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"));
            assertThat(gateway.get("/v1/models").statusCode()).isEqualTo(200);
            assertThat(gateway.adminReply("/readyz").statusCode())
                    .as("Redis takes no gateway out of service")
                    .isEqualTo(200);
            assertThat(gateway.logged("internal_error")).isEmpty();
            if (name.equals("frozen")) {
                redis.thaw();
            }
        }
    }

    @Test
    void startsAndServes_whenRedisRefusesAtStart_andFindsItLater() {
        redis.kill();
        try (TestGateway gateway = gateway(redis.uri())) {
            answered(gateway.chat(task(5)));
            assertThat(metric(gateway, "fresnel_redis_up")).isZero();
            assertThat(metric(gateway, "fresnel_redis_failures_total{kind=\"away\"}"))
                    .isPositive();
            assertThat(gateway.awaitLogged("\"store_problem\"", "\"away\"")).contains("requests go on");

            redis.restart();

            Await.until("found", () -> metric(gateway, "fresnel_redis_up") == 1);
            answered(gateway.chat(task(6)));
            Await.until(
                    "lenses are kept again", () -> redis.command("HLEN", LENSES).equals("1"));
            Await.until(
                    "spend was not lost",
                    () -> redis.command("KEYS", "fresnel:{acme}:spend").startsWith("fresnel:"));
        }
    }

    @Test
    void startsAndServes_whenRedisIsFrozenAtStart() {
        redis.freeze();
        try (TestGateway gateway = gateway(redis.uri())) {
            answered(gateway.chat(task(5)));

            redis.thaw();

            Await.until("found", () -> metric(gateway, "fresnel_redis_up") == 1);
        }
    }

    @Test
    void answersGoOn_whileRedisFlaps() {
        try (TestGateway gateway = gateway(redis.uri())) {
            for (int round = 0; round < 3; round++) {
                redis.kill();
                answered(gateway.chat(task(5 + 2 * round)));
                redis.restart();
                answered(gateway.chat(task(6 + 2 * round)));
            }

            Await.until("connected", () -> metric(gateway, "fresnel_redis_up") == 1);
            assertThat(metric(gateway, "fresnel_redis_connections_total")).isLessThanOrEqualTo(4);
        }
    }

    private TestGateway gateway(String uri) {
        return TestGateway.withStore(
                "store: { redis: { url: \"" + uri + "\", connect-timeout: 300ms } }",
                TestGateway.twoModels(
                        smart.baseUri(),
                        cheap.baseUri(),
                        "mode: rules\narms: [direct, fast-worker]\nlens: { build: inline }"));
    }

    private static String task(int entities) {
        return "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for "
                + entities + " entities\"}]}";
    }

    private static void answered(HttpResponse<String> reply) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body()).containsAnyOf("from smart", "from cheap");
    }

    private static double metric(TestGateway gateway, String name) {
        return gateway.admin("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
