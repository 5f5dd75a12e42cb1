package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Limits per tenant and key, as OpenAI tells them, and whose traffic is whose (T1). */
class LimitsTest {
    private Vertx vertx;
    private FakeUpstream upstream;

    @SuppressWarnings("NullAway.Init") // every test starts its own first
    private TestGateway gateway;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        upstream = FakeUpstream.start(vertx);
        upstream.byDefault(Script.status(
                200,
                Map.of(
                        "content-type",
                        "application/json",
                        "x-ratelimit-limit-requests",
                        "9999",
                        "x-ratelimit-limit-tokens",
                        "8888"),
                dev.fresnel.testing.ChatJson.completion("m", "fine", Usage.of(100, 50))));
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
        Await.result(vertx.close());
    }

    private void gateway(String tenants) {
        gateway = TestGateway.start(
                """
                upstreams: { provider: { base-url: "%s", pool: { max-connections: 2, max-queue: 6 } } }
                models: { m: { upstream: provider } }
                tenants:
                %s
                """.formatted(upstream.baseUri(), tenants.indent(2).stripTrailing()));
    }

    @CanIgnoreReturnValue
    private HttpResponse<String> chat(String key) {
        return gateway.send(request(key, "/v1/chat/completions", "Hello", false));
    }

    private HttpRequest request(String key, String path, String text, boolean stream) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"m\",\"max_tokens\":60,\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}"))
                .build();
    }

    private CompletableFuture<HttpResponse<String>> later(HttpRequest request) {
        return CompletableFuture.supplyAsync(() -> gateway.send(request), Thread::startVirtualThread);
    }

    private static String header(HttpResponse<?> reply, String name) {
        return reply.headers().firstValue(name).orElse("none");
    }

    @Test
    void refusesRequestsPastTheMinute_andSaysHowTheLimitStands() {
        gateway("- { id: acme, keys: [k1, k2], limits: { requests-per-minute: 3 } }\n- { id: other, keys: [o] }");

        HttpResponse<String> first = chat("k1");
        chat("k2");
        chat("k1");
        HttpResponse<String> fourth = chat("k2");

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().allValues("x-ratelimit-limit-requests"))
                .as("ours, not the upstream's")
                .containsExactly("3");
        assertThat(header(first, "x-ratelimit-remaining-requests")).isEqualTo("2");
        assertThat(header(first, "x-ratelimit-reset-requests")).isIn("20s", "19s");
        assertThat(header(first, "x-ratelimit-limit-tokens"))
                .as("no limit of ours")
                .isEqualTo("8888");
        assertThat(fourth.statusCode()).isEqualTo(429);
        assertThat(fourth.body())
                .contains("\"type\":\"rate_limit_error\"", "\"code\":\"rate_limit_exceeded\"")
                .contains("This tenant has used up its 3 requests per minute");
        assertThat(Integer.parseInt(header(fourth, "retry-after"))).isBetween(1, 20);
        assertThat(header(fourth, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(header(fourth, "connection")).as("it stays").isEqualTo("none");
        assertThat(upstream.requests()).hasSize(3);
        assertThat(header(chat("o"), "x-ratelimit-limit-requests")).isEqualTo("9999");
        assertThat(gateway.admin("/metrics"))
                .contains("fresnel_limits_exceeded_total{limit=\"requests-per-minute\",tenant=\"acme\"} 1.0");
        gateway.awaitLogged("request_refused", "rate_limit_exceeded", "\"tenant\":\"acme\"");
    }

    @Test
    void countsOtherPathsToo_andFreesWhatAKeyMayNotHave() {
        gateway("""
                - id: acme
                  keys: [k1, { key: k2, name: ci, limits: { requests-per-minute: 1 } }]
                  limits: { requests-per-minute: 4 }
                """);

        assertThat(gateway.send(request("k2", "/v1/embeddings", "x", false)).statusCode())
                .isEqualTo(200);
        HttpResponse<String> refused = gateway.send(request("k2", "/v1/embeddings", "x", false));
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("The key 'ci' has used up its 1 requests per minute");
        assertThat(IntStream.range(0, 4).mapToObj(_ -> chat("k1").statusCode()).toList())
                .as("what the key was refused is not counted for the tenant")
                .containsExactly(200, 200, 200, 429);
        assertThat(gateway.get("/v1/models").statusCode()).isEqualTo(401);
    }

    /** T5: from its first request on. */
    @Test
    void anIssuedKeyHasLimitsOfItsOwn() {
        gateway("- { id: acme, keys: [k1], limits: { requests-per-minute: 4 } }");
        String key = issue("\"name\":\"ci\",\"limits\":{\"requests-per-minute\":1}");

        HttpResponse<String> first = chat(key);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo("1");
        HttpResponse<String> refused = chat(key);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("The key 'ci' has used up its 1 requests per minute");
        assertThat(IntStream.range(0, 4).mapToObj(_ -> chat("k1").statusCode()).toList())
                .as("what the key was refused is not counted for the tenant")
                .containsExactly(200, 200, 200, 429);
    }

    @Test
    void anIssuedKeyHasSoManyRequestsAtOnce_andTokens() {
        gateway("- { id: acme, keys: [k1] }");
        String key = issue("\"name\":\"ci\",\"limits\":{\"concurrent-requests\":1,\"output-tokens-per-minute\":60}");
        HeldScript held = new HeldScript(Script.chat("fine", Usage.of(5, 60)));
        upstream.byDefault(held);
        CompletableFuture<HttpResponse<String>> running = later(request(key, "/v1/chat/completions", "Hello", false));
        Await.until("one is under way", () -> upstream.calls() == 1);

        assertThat(chat(key).body()).contains("The key 'ci' already has its 1 requests at once");
        held.release();
        assertThat(running.join().statusCode()).isEqualTo(200);
        Await.until(
                "the place is free",
                () -> chat(key).body().contains("The key 'ci' has used up its 60 output tokens per minute"));
    }

    private String issue(String more) {
        HttpResponse<String> reply = gateway.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"acme\"," + more + "}"))
                        .build());
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body().replaceFirst(".*\"key\":\"(fk-[^\"]*)\".*", "$1");
    }

    @Test
    void setsTokensAside_andCountsWhatWasReallyUsed() {
        gateway("- { id: acme, keys: [k], limits: { input-tokens-per-minute: 1000, output-tokens-per-minute: 120 } }");

        HttpResponse<String> first = chat("k");
        HttpResponse<String> second = chat("k");
        HttpResponse<String> third = chat("k");

        // Told with the head of the reply, when the estimate is still what counts.
        assertThat(header(first, "x-ratelimit-limit-tokens")).isEqualTo("120");
        assertThat(header(first, "x-ratelimit-reset-tokens")).matches("[0-9]+s");
        assertThat(second.statusCode()).isEqualTo(200);
        // 100 of 120 are billed, whatever was expected; what was refilled meanwhile does not reach another answer of
        // 60.
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.body()).contains("120 output tokens per minute");
        assertThat(Integer.parseInt(header(third, "retry-after"))).isBetween(1, 60);
        assertThat(upstream.requests()).hasSize(2);
        HttpResponse<String> fourth = gateway.send(request("k", "/v1/chat/completions", "word ".repeat(3_000), false));
        assertThat(fourth.body()).contains("1000 input tokens per minute");
    }

    @Test
    void givesTokensBack_thatNobodyWasAskedFor() {
        gateway("- { id: acme, keys: [k], limits: { output-tokens-per-minute: 120 } }");
        upstream.byDefault(Script.error(400));

        for (int i = 0; i < 20; i++) {
            assertThat(chat("k").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void boundsWhatIsUnderWay_andTakesTheNextWhenOneIsOver() {
        gateway("- { id: acme, keys: [k], limits: { concurrent-requests: 2, concurrent-streams: 1 } }");
        HeldScript held = new HeldScript(Script.chat("fine", Usage.of(5, 5)));
        upstream.byDefault(held);
        CompletableFuture<HttpResponse<String>> stream = later(request("k", "/v1/chat/completions", "a", true));
        Await.until("one is under way", () -> upstream.calls() == 1);

        HttpResponse<String> another = gateway.send(request("k", "/v1/chat/completions", "a", true));
        assertThat(another.statusCode()).isEqualTo(429);
        assertThat(another.body()).contains("1 streams at once");
        CompletableFuture<HttpResponse<String>> plain = later(request("k", "/v1/chat/completions", "a", false));
        Await.until("two are under way", () -> upstream.calls() == 2);
        HttpResponse<String> third = chat("k");
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.body()).contains("2 requests at once");
        assertThat(header(third, "retry-after")).isEqualTo("1");

        held.release();
        Await.until("both are over", () -> stream.isDone() && plain.isDone());
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));
        assertThat(stream.join().statusCode()).isEqualTo(200);
        Await.until(
                "the places are free",
                () -> gateway.send(request("k", "/v1/chat/completions", "a", true))
                                .statusCode()
                        == 200);
    }

    @Test
    void aRefusedStreamCostsNoPlaceInTheMinute() {
        gateway("- { id: acme, keys: [k], limits: { requests-per-minute: 3, concurrent-streams: 1 } }");
        HeldScript held = new HeldScript(Script.chat("fine", Usage.of(5, 5)));
        upstream.byDefault(held);
        CompletableFuture<HttpResponse<String>> stream = later(request("k", "/v1/chat/completions", "a", true));
        Await.until("one is under way", () -> upstream.calls() == 1);

        for (int i = 0; i < 5; i++) {
            HttpResponse<String> another = gateway.send(request("k", "/v1/chat/completions", "a", true));
            assertThat(another.statusCode()).isEqualTo(429);
            assertThat(another.body()).contains("1 streams at once");
            assertThat(header(another, "x-ratelimit-remaining-requests")).isEqualTo("2");
        }

        held.release();
        assertThat(stream.join().statusCode()).isEqualTo(200);
    }

    @Test
    void givesAPlaceBack_whenTheClientLeaves() throws Exception {
        gateway("- { id: acme, keys: [k], limits: { concurrent-requests: 1 } }");
        upstream.byDefault(Script.hang());
        try (var client = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
            client.getOutputStream()
                    .write(
                            ("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-length: "
                                            + body.length() + "\r\n\r\n" + body)
                                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            Await.until("under way", () -> upstream.calls() == 1);
            assertThat(chat("k").statusCode()).isEqualTo(429);
        }
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));

        Await.until("free again", () -> chat("k").statusCode() == 200);
    }

    @Test
    void goesDirect_whenTheTenantHasWrittenItsLensesOfTheHour() {
        FakeUpstream cheap = FakeUpstream.start(vertx);
        try {
            upstream.byDefault(LensScripts.smart("from smart", Usage.of(20, 300)));
            cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
            gateway = TestGateway.start(TestGateway.twoModels(
                            upstream.baseUri(),
                            cheap.baseUri(),
                            "mode: rules\narms: [fast-worker]\nlens: { build: inline }\nrules: { break-even: false, threshold-tokens: 10 }")
                    .replace("  - id: acme\n", "  - id: acme\n    limits: { lens-builds-per-hour: 1 }\n"));
            List<HttpResponse<String>> replies = new ArrayList<>();
            for (String task : List.of("a parser", "a parser", "a schema", "a parser")) {
                replies.add(gateway.chat(
                        "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Write CRUD endpoints for 5 entities, "
                                + task + "\"}]}"));
            }

            assertThat(replies)
                    .extracting(reply -> header(reply, "x-fresnel-decision"))
                    .containsExactly("fast-worker", "fast-worker", "direct", "fast-worker");
            assertThat(header(replies.get(2), "x-fresnel-reason")).contains("lens_build_limit");
            assertThat(replies.get(2).body()).contains("from smart");
        } finally {
            cheap.close();
        }
    }

    /** A single request of one tenant waits for one reply, although another tenant's hundred came first (Show 4). */
    @Test
    void aNoisyTenantDelaysAnothersRequest_byOneTurn() {
        gateway("- { id: noisy, keys: [n] }\n- { id: victim, keys: [v] }");
        HeldScript held = new HeldScript(Script.chat("fine", Usage.of(5, 5)));
        upstream.byDefault(held);
        List<CompletableFuture<HttpResponse<String>>> noise = IntStream.range(0, 100)
                .mapToObj(i -> later(request("n", "/v1/chat/completions", "noise " + i, false)))
                .collect(Collectors.toCollection(ArrayList::new));
        Await.until("the pool and its queue are full", () -> refused(noise) == 100 - 2 - 6);
        assertThat(upstream.calls()).isEqualTo(2);

        CompletableFuture<HttpResponse<String>> victim = later(request("v", "/v1/chat/completions", "quiet", false));
        // One of the noisy tenant's waits no more.
        Await.until("the queue has made room", () -> refused(noise) == 100 - 2 - 5);
        held.release();
        Await.until("two more are asked", () -> upstream.calls() == 4);

        assertThat(upstream.requests().subList(2, 4))
                .anyMatch(request -> request.bodyText().contains("quiet"));
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));
        held.release();
        assertThat(victim.join().statusCode()).isEqualTo(200);
        assertThat(noise).filteredOn(one -> one.join().statusCode() == 200).hasSize(7);
    }

    private static long refused(List<CompletableFuture<HttpResponse<String>>> all) {
        return all.stream()
                .filter(one -> one.isDone() && one.join().statusCode() == 429)
                .count();
    }
}
