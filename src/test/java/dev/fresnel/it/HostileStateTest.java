package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever stands in the store where learning is kept: no client hears of it, and learning goes on. */
class HostileStateTest {
    private static final String KEY = "fresnel:{acme/smart}:arms";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final RedisServer redis = RedisServer.start();

    @BeforeEach
    void start() {
        smart.byDefault(Script.chat("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
    }

    @AfterEach
    void stop() {
        redis.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void numbersThatAreNone() {
        String now = Long.toString(System.currentTimeMillis() / 1000);
        hash("v", "nan 1e300");
        hash("s:fast-bare", "0 " + now + " 0 0");
        hash("s:direct", "1 nan inf -inf");
        hash("s:nobody", "0 " + now + " 0 0");
        hash("d:fast-bare", "inf nan");
        hash("m:fast-bare", "");
        hash("c:fast-bare 5:alpha x", "0 0 0");
        hash("c:fast-bare 3:nan x", "nan nan nan");
        hash("c:fast-bare 4:huge x", "1e299 1e299 1e299");
        hash("c:fast-bare 8:negative x", "-4 9 9");
        hash("c:fast-bare 999999999999:far x", "1 1 1");
        hash("c:nobody 1:x x", "1 1 1");
        hash("c:", "1 1 1");
        hash("whatever", "\u0000");

        learnsAllTheSame();
    }

    @Test
    void keysOfAnotherType() {
        redis.command("SET", KEY, "text");
        redis.command("LPUSH", "fresnel:{acme/smart}:arm-replicas", "x");
        redis.command("HSET", "fresnel:{acme/smart}:arm-changes", "x", "y");

        learnsAllTheSame();
    }

    @Test
    void farMoreThanThereEverIs() {
        for (int thousands = 0; thousands < 1_000; thousands += 20) {
            redis.command(
                    "EVAL",
                    "for i = 1, 20000 do redis.call('HSET', KEYS[1], 'c:fast-bare ' .. ARGV[1] + i, '1 1 1') end",
                    "1",
                    KEY,
                    thousands + "000");
        }
        assertThat(redis.command("HLEN", KEY)).isEqualTo("1000000");

        learnsAllTheSame();
    }

    private void hash(String field, String value) {
        redis.command("HSET", KEY, field, value);
    }

    private void learnsAllTheSame() {
        String yaml =
                TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), "mode: adaptive\narms: [direct, fast-bare]")
                        + "policy: { guard: 1 }\n";
        try (TestGateway gateway = TestGateway.onRedis(redis.uri(), yaml)) {
            for (int i = 0; i < 5; i++) {
                HttpResponse<String> reply = gateway.chat(
                        "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Task " + i + "\"}]}",
                        "x-fresnel-arm",
                        "fast-bare");
                assertThat(reply.statusCode()).isEqualTo(200);
                HttpResponse<String> verdict =
                        gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/feedback"))
                                .POST(HttpRequest.BodyPublishers.ofString("{\"request_id\":\""
                                        + reply.headers()
                                                .firstValue("x-fresnel-request-id")
                                                .orElseThrow()
                                        + "\",\"succeeded\":true}"))
                                .build());
                assertThat(verdict.body()).contains("\"status\":\"learned\"");
            }
            Await.until("it is told to the store", () -> told() > 4.9);
            assertThat(gateway.log()).doesNotContain("fail_safe");
            String metrics = gateway.admin("/metrics");
            assertThat(metrics).doesNotContain("NaN");
            assertThat(sum(metrics, "fresnel_store_problems_total{kind=\"value_discarded\"")
                            + sum(metrics, "fresnel_learning_stored_ignored"))
                    .as("it is counted")
                    .isPositive();
        }
    }

    /** What the worker's own five outcomes weigh in the store. */
    private double told() {
        String[] entries = redis.command("HGETALL", KEY).split("\n", -1);
        double sum = 0;
        for (int i = 0; i + 1 < entries.length; i++) {
            if (entries[i].startsWith("c:fast-bare ") && entries[i].contains("acme/")) {
                sum += Double.parseDouble(entries[i + 1].split(" ", -1)[0]);
            }
        }
        return sum;
    }

    private static double sum(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
