package dev.fresnel.exchange;

import static dev.fresnel.exchange.Scene.BIG_TASK;
import static dev.fresnel.exchange.Scene.SMALL_TALK;
import static dev.fresnel.exchange.Scene.header;
import static dev.fresnel.exchange.Scene.streaming;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RawClient;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A worker that fails before its first byte is replaced; requests never share their fate. */
class WorkerFailureTest {
    private static final String ARMS = "mode: rules\narms: [direct, fast-bare, alone, chained]\nsmart: teacher";

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("500", BIG_TASK, Script.error(500), "status_500"),
                Arguments.of("429", BIG_TASK, Script.rateLimited("30"), "status_429"),
                Arguments.of("401", BIG_TASK, Script.error(401), "status_401"),
                Arguments.of("redirect", BIG_TASK, Script.status(302, Map.of("location", "/"), ""), "status_302"),
                Arguments.of("reset", BIG_TASK, Script.reset(), "unavailable"),
                Arguments.of("closed", BIG_TASK, Script.fin(), "unavailable"),
                Arguments.of("no first byte", BIG_TASK, Script.hang(), "timeout"),
                Arguments.of(
                        "cut body", BIG_TASK, Script.finAfter(30, Script.completion("x", Usage.of(1, 1))), "broken"),
                Arguments.of(
                        "error event",
                        streaming(BIG_TASK),
                        Script.sse(List.of("{\"error\":{\"message\":\"no\"}}")),
                        "error_event"),
                Arguments.of(
                        "error event after a comment",
                        streaming(BIG_TASK),
                        Script.rawSse(": processing\n\ndata: {\"error\":{\"message\":\"no\"}}\n\n"),
                        "error_event"),
                Arguments.of("empty stream", streaming(BIG_TASK), Script.rawSse(": nothing\n\n"), "empty_stream"),
                Arguments.of("silent stream", streaming(BIG_TASK), Script.hangAfterHead(), "timeout"),
                Arguments.of("stream status", streaming(BIG_TASK), Script.error(503), "status_503"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void fallsBackToTheRequestedModelWithTheOriginalBytes_whenTheWorkerFails(
            String name, String body, Script fault, String cause) {
        try (Scene scene = Scene.with(ARMS)) {
            scene.cheap.byDefault(fault);

            HttpResponse<String> reply = scene.gateway.chat(body, "x-fresnel-arm", "fast-bare");

            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
            assertThat(reply.body()).contains("smart").doesNotContain("\"error\"");
            assertThat(scene.smart.lastRequest().bodyText()).isEqualTo(body);
            assertThat(header(reply, "x-fresnel-model")).isEqualTo("smart");
            assertThat(header(reply, "x-fresnel-reason")).isEqualTo("client_arm, fallback_" + cause);
            assertThat(scene.bypasses("fallback_" + cause)).isEqualTo(1);
            assertThat(scene.gateway.awaitLogged("\"delegation_finished\"")).contains("\"answered_by\":\"smart\"");
        }
    }

    @Test
    void fallsBack_whenNobodyListensAtTheWorkersUpstream() {
        try (Scene scene = Scene.with(ARMS, Scene.Lines.CHEAP_REFUSES)) {
            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK, "x-fresnel-arm", "fast-bare");

            assertThat(reply.body()).contains("from smart");
            assertThat(header(reply, "x-fresnel-reason")).isEqualTo("client_arm, fallback_unavailable");
        }
    }

    @Test
    void passesTheWorkersErrorOn_whenItHasNoFallback() {
        try (Scene scene = Scene.with(ARMS)) {
            scene.cheap.byDefault(Script.rateLimited("30"));

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK, "x-fresnel-arm", "alone");

            assertThat(reply.statusCode()).isEqualTo(429);
            assertThat(reply.body()).contains("scripted rate limit");
            assertThat(header(reply, "retry-after")).isEqualTo("30");
            assertThat(scene.smart.calls()).isZero();
        }
    }

    @Test
    void asksTheNextModelOfTheChain_whenTheWorkerHasOne() {
        try (Scene scene = Scene.with(ARMS)) {
            scene.cheap.when(request -> request.model().equals("broken"), Script.error(500));

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK, "x-fresnel-arm", "chained");

            assertThat(reply.body()).contains("from cheap");
            assertThat(header(reply, "x-fresnel-model")).isEqualTo("cheap");
            assertThat(scene.smart.calls()).isZero();
        }
    }

    @Test
    void passesTheLastErrorOn_whenTheWholeChainFails() {
        try (Scene scene = Scene.with(ARMS)) {
            scene.cheap.when(request -> request.model().equals("broken"), Script.error(500));
            scene.cheap.byDefault(Script.error(400));

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK, "x-fresnel-arm", "chained");

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.body()).contains("scripted 400");
        }
    }

    @Test
    void keepsTheGuardUp_throughAChainOfGateways() {
        Vertx vertx = Vertx.vertx();
        try (FakeUpstream smart = FakeUpstream.start(vertx);
                FakeUpstream cheap = FakeUpstream.start(vertx);
                FakeUpstream outerCheap = FakeUpstream.start(vertx)) {
            smart.byDefault(LensScripts.lens(LensScripts.LENS));
            outerCheap.byDefault(Script.chat("from outer cheap", Usage.of(400, 3000)));
            String route = "mode: rules\narms: [direct, fast-worker]";
            try (TestGateway inner = TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), route));
                    TestGateway outer =
                            TestGateway.start(TestGateway.twoModels(inner.baseUrl(), outerCheap.baseUri(), route))) {
                HttpResponse<String> reply = outer.chat(BIG_TASK);

                assertThat(reply.body()).contains("from outer cheap");
                assertThat(header(reply, "x-fresnel-lens")).endsWith("; built");
                assertThat(cheap.calls()).as("the lens call was not delegated").isZero();
                assertThat(smart.lastRequest().header("x-fresnel-internal")).isNotEmpty();
                assertThat(inner.awaitLogged("\"request_finished\"")).contains("recursion_guard");
            }
        } finally {
            Await.result(vertx.close());
        }
    }

    @Test
    void keepsItsOwnHeadersToItself_butForTheGuard() {
        try (Scene scene = Scene.with(Scene.DELEGATING)) {
            HttpResponse<String> reply = scene.gateway.chat(
                    BIG_TASK, "x-fresnel-internal", "yes", "x-fresnel-session", "s", "x-fresnel-repo", "shop");

            assertThat(header(reply, "x-fresnel-reason")).isEqualTo("recursion_guard");
            assertThat(scene.smart.lastRequest().bodyText()).isEqualTo(BIG_TASK);
            assertThat(scene.smart.lastRequest().headers().names().stream()
                            .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                            .filter(name -> name.startsWith("x-fresnel-")))
                    .containsExactly("x-fresnel-internal");
        }
    }

    @Test
    void answersEachRequestByItself_whenAHundredRunAtOnce() throws Exception {
        try (Scene scene = Scene.with(ARMS, Scene.Lines.PATIENT);
                HttpClient http = HttpClient.newHttpClient()) {
            scene.cheap.when(request -> request.bodyText().contains("FAIL"), Script.error(500));
            scene.cheap.byDefault(echo("cheap"));
            scene.smart.byDefault(echo("smart"));
            List<CompletableFuture<HttpResponse<String>>> replies = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                replies.add(http.sendAsync(mixed(scene, i), HttpResponse.BodyHandlers.ofString()));
            }

            for (int i = 0; i < 100; i++) {
                HttpResponse<String> reply = replies.get(i).get(20, TimeUnit.SECONDS);
                boolean worker = i % 4 == 1 || i % 4 == 3;
                assertThat(reply.body()).contains("<" + i + ">").contains(worker ? "by-cheap" : "by-smart");
                assertThat(header(reply, "x-fresnel-decision")).isEqualTo(i % 4 == 0 ? "direct" : "fast-bare");
                assertThat(header(reply, "x-fresnel-reason"))
                        .isEqualTo(i % 4 == 2 ? "client_arm, fallback_status_500" : "client_arm");
            }
        }
    }

    private static HttpRequest mixed(Scene scene, int i) {
        String body = "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"task <" + i + ">"
                + (i % 4 == 2 ? " FAIL" : "") + "\"}]}";
        return HttpRequest.newBuilder(URI.create(scene.gateway.baseUrl() + "/chat/completions"))
                .header("x-fresnel-arm", i % 4 == 0 ? "direct" : "fast-bare")
                .POST(HttpRequest.BodyPublishers.ofString(i % 4 == 3 ? streaming(body) : body))
                .build();
    }

    private static Script echo(String who) {
        return Script.byRequest(request -> {
            String body = request.bodyText();
            String mark = body.substring(body.indexOf('<'), body.indexOf('>') + 1);
            return Script.chat("by-" + who + mark, Usage.of(10, 10));
        });
    }

    // ---- conversations ----

    @Test
    void staysWithTheArmAndTheLensOfTheFirstTurn_thoughNoRuleFiresLater() {
        try (Scene scene = Scene.with(Scene.DELEGATING)) {
            HttpResponse<String> first = scene.gateway.chat(BIG_TASK);
            String system = systemMessage(scene);

            HttpResponse<String> second = scene.gateway.chat(BIG_TASK.replace(
                    "é\"}]}",
                    "é\"},{\"role\":\"assistant\",\"content\":\"ok\"},{\"role\":\"user\",\"content\":\"Thanks!\"}]}"));

            assertThat(header(first, "x-fresnel-decision")).isEqualTo("fast-worker");
            assertThat(header(second, "x-fresnel-decision")).isEqualTo("fast-worker");
            assertThat(header(second, "x-fresnel-reason")).isEqualTo("inherited");
            assertThat(systemMessage(scene))
                    .as("the very bytes, or the provider's cache is lost")
                    .isEqualTo(system);
            assertThat(scene.teacher.calls()).isEqualTo(1);
        }
    }

    private static String systemMessage(Scene scene) {
        String body = scene.cheap.lastRequest().bodyText();
        return body.substring(body.indexOf("{\"role\":\"system\""), body.indexOf("{\"role\":\"user\""));
    }

    @Test
    void neverSwitchesInsideAToolLoop() {
        try (Scene scene = Scene.with(Scene.DELEGATING)) {
            String call =
                    ",{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                            + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                            + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]";

            HttpResponse<String> unknown = scene.gateway.chat(BIG_TASK.replace("é\"}]", "é\"}" + call));
            scene.gateway.chat(SMALL_TALK);
            HttpResponse<String> pinned = scene.gateway.chat(SMALL_TALK.replace("you?\"}]", "you?\"}" + call));

            assertThat(header(unknown, "x-fresnel-reason")).isEqualTo("open_tool_loop");
            assertThat(header(pinned, "x-fresnel-reason")).isEqualTo("inherited");
            assertThat(header(pinned, "x-fresnel-decision")).isEqualTo("direct");
            assertThat(scene.cheap.calls()).isZero();
        }
    }

    // ---- money ----

    @Test
    void refusesBeforeAnyCall_whenTheDayIsSpent() {
        try (Scene scene = Scene.withBudget("0.000001", Scene.DELEGATING)) {
            HttpResponse<String> reply = scene.gateway.chat(SMALL_TALK);

            assertThat(reply.statusCode()).isEqualTo(429);
            assertThat(reply.body()).contains("insufficient_quota");
            assertThat(scene.smart.calls() + scene.cheap.calls() + scene.teacher.calls())
                    .isZero();
        }
    }

    /** With 10 tokens of output at most, the worker's worst case is some 20 micro-dollars and the requested model's 300. */
    private static final String CAPPED = SMALL_TALK.replace("\"seed\"", "\"max_completion_tokens\":10,\"seed\"");

    @Test
    void passesTheWorkersErrorOn_whenTheBudgetDoesNotCoverTheFallback() {
        try (Scene scene = Scene.withBudget("0.00005", ARMS)) {
            scene.cheap.byDefault(Script.error(500));

            HttpResponse<String> reply = scene.gateway.chat(CAPPED, "x-fresnel-arm", "fast-bare");

            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(500);
            assertThat(reply.body()).contains("scripted 500");
            assertThat(header(reply, "x-fresnel-reason")).isEqualTo("client_arm, fallback_over_budget");
            assertThat(scene.smart.calls()).isZero();
        }
    }

    @Test
    void fallsBackWithinTheBudget_whenItCoversTheRequestedModel() {
        try (Scene scene = Scene.withBudget("1", ARMS)) {
            scene.cheap.byDefault(Script.error(500));

            HttpResponse<String> reply = scene.gateway.chat(CAPPED, "x-fresnel-arm", "fast-bare");

            assertThat(reply.body()).contains("from smart");
            scene.awaitQuiet();
            assertThat(scene.status("spent_today_usd"))
                    .as("20 in, 3000 out")
                    .isEqualTo(header(reply, "x-fresnel-cost-usd"));
        }
    }

    static Stream<Arguments> lostCalls() {
        return Stream.of(
                Arguments.of("closed", CAPPED, Script.fin()),
                Arguments.of("cut body", CAPPED, Script.finAfter(30, Script.completion("x", Usage.of(1, 1)))),
                Arguments.of("empty stream", streaming(CAPPED), Script.rawSse(": nothing\n\n")));
    }

    /** An error status is free; whoever took the request and then failed has read the prompt. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("lostCalls")
    void booksTheWorkersPrompt_whenItFailedAfterTakingTheRequest(String name, String body, Script fault) {
        double free = spent(body, Script.error(500));

        double lost = spent(body, fault);

        // Some ten tokens at 0.15 dollars a million.
        assertThat(lost - free).isBetween(0.000001, 0.000005);
    }

    private static double spent(String body, Script fault) {
        try (Scene scene = Scene.withBudget("1", ARMS)) {
            scene.cheap.byDefault(fault);
            HttpResponse<String> reply = scene.gateway.chat(body, "x-fresnel-arm", "fast-bare");
            assertThat(reply.body()).contains("smart").doesNotContain("\"error\"");
            scene.awaitQuiet();
            return Double.parseDouble(scene.status("spent_today_usd"));
        }
    }

    @Test
    void booksThePromptOfARequestThatNobodyAnswered() {
        try (Scene scene = Scene.withBudget("1", Scene.DELEGATING)) {
            scene.smart.byDefault(Script.fin());

            assertThat(scene.gateway.chat(CAPPED).statusCode()).isEqualTo(502);

            scene.awaitQuiet();
            // Some ten tokens at 2.50 dollars a million.
            assertThat(Double.parseDouble(scene.status("spent_today_usd"))).isBetween(0.00001, 0.0001);
        }
    }

    @Test
    void neverSpendsMoreThanTheDayAllows_whenManyComeAtOnce() throws Exception {
        try (Scene scene = Scene.withBudget("0.0003", ARMS);
                HttpClient http = HttpClient.newHttpClient()) {
            scene.smart.byDefault(Script.chat("ok", Usage.of(10, 10)));
            scene.cheap.byDefault(Script.chat("ok", Usage.of(10, 10)));
            List<CompletableFuture<HttpResponse<String>>> replies = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                replies.add(http.sendAsync(
                        HttpRequest.newBuilder(URI.create(scene.gateway.baseUrl() + "/chat/completions"))
                                .POST(HttpRequest.BodyPublishers.ofString(CAPPED))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()));
            }

            int served = 0;
            for (CompletableFuture<HttpResponse<String>> reply : replies) {
                int status = reply.get(20, TimeUnit.SECONDS).statusCode();
                assertThat(status).isIn(200, 429);
                served += status == 200 ? 1 : 0;
            }
            scene.awaitQuiet();
            assertThat(served).isBetween(1, 59);
            assertThat(scene.smart.calls() + scene.cheap.calls())
                    .as("the cheap worker takes over when the budget runs low")
                    .isEqualTo(served);
            assertThat(Double.parseDouble(scene.status("spent_today_usd"))).isLessThanOrEqualTo(0.0003);
        }
    }

    @Test
    void costsLessThanWithoutDelegation_onBigTasks_andTheSameOnSmallOnes() {
        double with;
        double without;
        try (Scene scene = Scene.with(Scene.DELEGATING)) {
            for (int i = 0; i < 5; i++) {
                assertThat(header(scene.gateway.chat(BIG_TASK), "x-fresnel-decision"))
                        .isEqualTo("fast-worker");
            }
            scene.awaitQuiet();
            with = Double.parseDouble(scene.status("spent_today_usd"));
            HttpResponse<String> small = scene.gateway.chat(SMALL_TALK);
            assertThat(header(small, "x-fresnel-decision")).isEqualTo("direct");
            assertThat(scene.cheap.calls()).isEqualTo(5);
        }
        try (Scene scene = Scene.with("mode: off")) {
            without = 0;
            for (int i = 0; i < 5; i++) {
                without += Double.parseDouble(header(scene.gateway.chat(BIG_TASK), "x-fresnel-cost-usd"));
            }
        }
        // 5 x (20 x 2.50 + 3000 x 10.00) against 5 x (400 x 0.15 + 3000 x 0.60) + one lens of 400 x 2.50 + 350 x 10.00.
        assertThat(without).isCloseTo(0.15025, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(with).isCloseTo(0.0138, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void booksThePrompt_whenTheClientLeavesBeforeTheHead() {
        try (Scene scene = Scene.withBudget("1", Scene.DELEGATING)) {
            scene.smart.byDefault(Script.hang());
            RawClient client = RawClient.chat(scene.gateway.port(), SMALL_TALK);
            Await.until("the upstream has the request", () -> scene.smart.calls() == 1);

            client.reset();

            scene.awaitQuiet();
            assertThat(Double.parseDouble(scene.status("spent_today_usd"))).isPositive();
        }
    }
}
