package dev.fresnel.exchange;

import static dev.fresnel.exchange.Scene.BIG_TASK;
import static dev.fresnel.exchange.Scene.DELEGATING;
import static dev.fresnel.exchange.Scene.header;
import static dev.fresnel.exchange.Scene.streaming;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RawClient;
import dev.fresnel.testing.Script;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens to the writing of a lens, the client gets its answer. */
class LensFailureTest {
    private static final String OTHER_TASK = BIG_TASK.replace("5 entities", "6 entities of a shop");
    private static final String INLINE = DELEGATING + "\nlens: { build: inline, deadline: 400ms }";

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("500", Script.error(500)),
                Arguments.of("429 with Retry-After", Script.rateLimited("30")),
                Arguments.of("503", Script.error(503)),
                Arguments.of("reset", Script.reset()),
                Arguments.of("closed", Script.fin()),
                Arguments.of("not HTTP", Script.rawThenClose("220 smtp ready\r\n\r\n")),
                Arguments.of("cut in the body", Script.finAfter(40, LensScripts.lens(LensScripts.LENS))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void goesDirectWithTheOriginalBytes_whenTheLensEndpointFails(String name, Script fault) {
        try (Scene scene = Scene.with(DELEGATING)) {
            scene.teacher.byDefault(fault);

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK);

            wentDirect(scene, reply, "lens_failed");
            int calls = scene.teacher.startedRequests();
            HttpResponse<String> again = scene.gateway.chat(BIG_TASK);
            HttpResponse<String> other = scene.gateway.chat(OTHER_TASK);
            assertThat(header(again, "x-fresnel-reason")).as("negative cache").endsWith(", lens_failed_recently");
            assertThat(header(other, "x-fresnel-reason")).as("builds back off").endsWith(", lens_backing_off");
            assertThat(scene.teacher.startedRequests()).isEqualTo(calls);
        }
    }

    @Test
    void goesDirectWithTheOriginalBytes_whenNobodyListensAtTheLensEndpoint() {
        try (Scene scene = Scene.with(DELEGATING, Scene.Lines.TEACHER_REFUSES)) {
            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK);

            wentDirect(scene, reply, "lens_failed");
            assertThat(header(scene.gateway.chat(OTHER_TASK), "x-fresnel-reason"))
                    .endsWith(", lens_backing_off");
        }
    }

    @Test
    void countsWhatAFailedLensCost_whenTheRequestWaitedForIt() {
        try (Scene scene = Scene.with(INLINE)) {
            scene.teacher.byDefault(Script.chat("no lens at all", Usage.of(1000, 500)));

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK);

            String finished = scene.gateway.awaitLogged("request_finished");
            double answer = number(finished, "cost_usd");
            double lens = number(finished, "lens_cost_usd");
            assertThat(lens).isPositive();
            assertThat(Double.parseDouble(header(reply, "x-fresnel-cost-usd")))
                    .isCloseTo(answer + lens, org.assertj.core.data.Offset.offset(1e-9));
            assertThat(number(scene.gateway.awaitLogged("\"lens_failed\""), "cost_usd"))
                    .isEqualTo(lens);
        }
    }

    private static double number(String event, String field) {
        return Double.parseDouble(event.split("\"" + field + "\":", 2)[1].split("[,}]", 2)[0]);
    }

    private static void wentDirect(Scene scene, HttpResponse<String> reply, String reason) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body()).contains("from smart");
        assertThat(header(reply, "x-fresnel-decision")).isEqualTo("direct");
        assertThat(header(reply, "x-fresnel-reason"))
                .as("the decision, and what changed it")
                .contains("multi_part")
                .endsWith(", " + reason);
        assertThat(header(reply, "x-fresnel-model")).isEqualTo("smart");
        assertThat(scene.smart.lastRequest().bodyText())
                .as("the client's own bytes")
                .isEqualTo(BIG_TASK);
        assertThat(scene.cheap.calls()).isZero();
        assertThat(scene.bypasses(reason)).isEqualTo(1);
        assertThat(scene.gateway.awaitLogged("\"lens_failed\"")).isNotEmpty();
        assertThat(scene.gateway.awaitLogged("\"delegation_skipped\"")).contains(reason);
    }

    @Test
    void waitsNoLongerThanTheDeadline_whenTheLensEndpointIsSilent() {
        try (Scene scene = Scene.with(INLINE)) {
            scene.teacher.byDefault(Script.hang());

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK);

            assertThat(reply.body()).contains("from smart");
            assertThat(header(reply, "x-fresnel-reason")).containsPattern(", lens_(deadline|failed)$");
            assertThat(scene.smart.lastRequest().bodyText()).isEqualTo(BIG_TASK);
        }
    }

    @Test
    void neverWaits_whenTheLensIsWrittenInTheBackground() {
        try (Scene scene = Scene.with(DELEGATING + "\nlens: { build: background }")) {
            HeldScript lens = new HeldScript(LensScripts.lens(LensScripts.LENS));
            scene.teacher.byDefault(lens);

            HttpResponse<String> first = scene.gateway.chat(BIG_TASK);
            lens.awaitHeld();
            HttpResponse<String> second = scene.gateway.chat(BIG_TASK);

            assertThat(header(first, "x-fresnel-reason")).endsWith(", lens_building");
            assertThat(header(second, "x-fresnel-reason")).endsWith(", lens_building");
            assertThat(scene.smart.lastRequest().bodyText()).isEqualTo(BIG_TASK);
            lens.release();
            Await.until(
                    "the lens that was written meanwhile is used",
                    () -> header(scene.gateway.chat(BIG_TASK), "x-fresnel-lens").endsWith("; hit"));
            assertThat(scene.teacher.calls()).isEqualTo(1);
        }
    }

    enum Outcome {
        USABLE,
        DIRECT
    }

    static Stream<Arguments> answers() {
        String good = LensScripts.LENS;
        return Stream.of(
                Arguments.of("clean", LensScripts.lens(good), Outcome.USABLE),
                Arguments.of("fenced", LensScripts.lens("```json\n" + good + "\n```"), Outcome.USABLE),
                Arguments.of("in prose", LensScripts.lens("Sure! Here:\n" + good + "\nEnjoy."), Outcome.USABLE),
                Arguments.of("commented", LensScripts.lens(good.replace("{\"task", "{// hm\n\"task")), Outcome.USABLE),
                Arguments.of(
                        "trailing comma",
                        LensScripts.lens(good.replace("\"Page every list\"]", "\"Page every list\",]")),
                        Outcome.USABLE),
                Arguments.of("single quotes", LensScripts.lens(good.replace('"', '\'')), Outcome.USABLE),
                Arguments.of("array", LensScripts.lens("[" + good + "]"), Outcome.USABLE),
                Arguments.of("wrapper", LensScripts.lens("{\"lens\":" + good + "}"), Outcome.USABLE),
                Arguments.of(
                        "text for a list",
                        LensScripts.lens(good.replace("[\"Use the existing error type\"]", "\"Use the error type\"")),
                        Outcome.USABLE),
                Arguments.of("truncated early", LensScripts.lens(good.substring(0, 70)), Outcome.DIRECT),
                Arguments.of("empty", LensScripts.lens(""), Outcome.DIRECT),
                Arguments.of("refusal", LensScripts.lens("I'm sorry, but I can't help with that."), Outcome.DIRECT),
                Arguments.of("prose only", LensScripts.lens("Keep one router per entity."), Outcome.DIRECT),
                Arguments.of("other schema", LensScripts.lens("{\"answer\":\"42\"}"), Outcome.DIRECT),
                Arguments.of("other types", LensScripts.lens("{\"heuristics\":[1],\"patterns\":{}}"), Outcome.DIRECT),
                Arguments.of("too long", LensScripts.lens("x".repeat(80_000)), Outcome.DIRECT),
                Arguments.of("a page", html("<html>login</html>"), Outcome.DIRECT),
                Arguments.of("no body", Script.json(""), Outcome.DIRECT),
                Arguments.of("half a completion", Script.json("{\"choices\":[{\"message\":{\"conte"), Outcome.DIRECT),
                Arguments.of("no choices", Script.json("{\"choices\":[]}"), Outcome.DIRECT),
                Arguments.of(
                        "null content",
                        Script.json("{\"choices\":[{\"message\":{\"content\":null}}]}"),
                        Outcome.DIRECT),
                Arguments.of("204", Script.status(204, Map.of(), ""), Outcome.DIRECT),
                Arguments.of(
                        "redirect", Script.status(302, Map.of("location", "http://127.0.0.1:1/"), ""), Outcome.DIRECT));
    }

    private static Script html(String page) {
        return Script.status(200, Map.of("content-type", "text/html"), page);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void usesTheLensOrGoesDirect_whateverTheSmartModelWrites(String name, Script answer, Outcome outcome) {
        try (Scene scene = Scene.with(DELEGATING)) {
            scene.teacher.byDefault(answer);

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK);

            if (outcome == Outcome.USABLE) {
                assertThat(header(reply, "x-fresnel-lens")).as(reply.body()).endsWith("; built");
                assertThat(scene.cheap.lastRequest().bodyText()).contains("Validate every request body");
                assertThat(reply.body()).contains("from cheap");
            } else {
                wentDirect(scene, reply, "lens_failed");
            }
        }
    }

    @Test
    void usesAMinimalLens_whenTheRouteSaysSo() {
        try (Scene scene = Scene.with(DELEGATING + "\nlens: { on-failure: minimal }")) {
            scene.teacher.byDefault(Script.error(500));

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK);

            assertThat(reply.body()).contains("from cheap");
            assertThat(header(reply, "x-fresnel-decision")).isEqualTo("fast-worker");
            assertThat(header(reply, "x-fresnel-lens")).endsWith("; minimal");
            assertThat(header(reply, "x-fresnel-reason")).endsWith(", lens_failed");
            assertThat(scene.cheap.lastRequest().bodyText()).contains("\"role\":\"system\"");
            assertThat(scene.bypasses("lens_failed")).isEqualTo(1);
        }
    }

    @Test
    void answersAnError_whenTheRouteDemandsALens() {
        try (Scene scene = Scene.with(DELEGATING + "\nlens: { on-failure: error }")) {
            scene.teacher.byDefault(Script.error(500));

            HttpResponse<String> reply = scene.gateway.chat(BIG_TASK);

            assertThat(reply.statusCode()).isEqualTo(503);
            assertThat(reply.body()).contains("\"code\":\"lens_unavailable\"", "x-fresnel-mode");
            assertThat(scene.smart.calls() + scene.cheap.calls()).isZero();
            assertThat(scene.gateway.awaitLogged("\"request_finished\"")).contains("\"status\":503");
        }
    }

    @Test
    void servesTheOldLensWhileOneRebuildRuns_whenItsTimeIsOver() {
        try (Scene scene = Scene.with(DELEGATING + "\nlens: { ttl: 1s }")) {
            scene.gateway.chat(BIG_TASK);
            HeldScript rebuild = new HeldScript(LensScripts.lens(LensScripts.LENS));
            scene.teacher.byDefault(rebuild);

            Await.until(
                    "the lens is stale",
                    () -> header(scene.gateway.chat(BIG_TASK), "x-fresnel-lens").endsWith("; stale"));
            rebuild.awaitHeld();
            HttpResponse<String> meanwhile = scene.gateway.chat(BIG_TASK);

            assertThat(meanwhile.body()).contains("from cheap");
            assertThat(scene.teacher.calls()).as("one rebuild").isEqualTo(2);
            rebuild.release();
        }
    }

    @Test
    void keepsAStreamingClientAlive_whileItWaitsForALens() {
        try (Scene scene = Scene.with(Scene.QUICK, DELEGATING + "\nlens: { build: inline }")) {
            HeldScript lens = new HeldScript(LensScripts.lens(LensScripts.LENS));
            scene.teacher.byDefault(lens);
            RawClient client = RawClient.chat(scene.gateway.port(), streaming(BIG_TASK));

            client.readUntil(": writing a lens\n\n");
            lens.release();
            RawClient.RawReply reply = client.readAll();

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.text()).contains("cheap").endsWith("data: [DONE]\n\n");
            assertThat(reply.complete()).isTrue();
        }
    }

    static Stream<Arguments> tooLate() {
        return Stream.of(
                Arguments.of("status", Script.error(500), "upstream_unavailable"),
                Arguments.of("a page", html("<html>login</html>"), "upstream_unavailable"),
                Arguments.of("reset", Script.reset(), "upstream_unavailable"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooLate")
    void endsWithAnErrorEvent_whenAllFailsAfterTheHeadIsOut(String name, Script answer, String code) {
        try (Scene scene = Scene.with(Scene.QUICK, DELEGATING + "\nlens: { build: inline }")) {
            HeldScript lens = new HeldScript(Script.error(500));
            scene.teacher.byDefault(lens);
            scene.smart.byDefault(answer);
            RawClient client = RawClient.chat(scene.gateway.port(), streaming(BIG_TASK));

            client.readUntil(": writing a lens\n\n");
            lens.release();
            RawClient.RawReply reply = client.readAll();

            assertThat(reply.text())
                    .contains("data: {\"error\"", "\"code\":\"" + code + "\"")
                    .doesNotContain("[DONE]");
            assertThat(reply.complete()).as("cut, not ended").isFalse();
        }
    }
}
