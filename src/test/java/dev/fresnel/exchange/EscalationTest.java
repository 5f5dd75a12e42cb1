package dev.fresnel.exchange;

import static dev.fresnel.exchange.Scene.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.SseScript;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker's answer that is no good, and what the client gets in its place (S43, H21). */
class EscalationTest {
    private static final String ROUTE = "mode: rules\narms: [direct, fast-bare]\nescalation: ";
    private static final String OBJECT =
            "{\"model\":\"smart\",\"x_unknown\":[1e400,0.10,-0],\"response_format\":{\"type\":\"json_object\"},"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";
    private static final String PLAIN = Scene.BIG_TASK;
    private static final Usage CHEAP = Usage.of(400, 3000);
    /** 400 and 3000 tokens at 0.15 and 0.60 USD per million. */
    private static final double CHEAP_USD = 0.00186;
    /** 20 and 3000 tokens at 2.50 and 10 USD per million. */
    private static final double SMART_USD = 0.03005;

    @Test
    void passesABadAnswerOn_whenTheRouteDoesNotEscalate() {
        try (Scene scene = Scene.with("mode: rules\narms: [direct, fast-bare]")) {
            scene.cheap.byDefault(Script.chat("no JSON", CHEAP));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(reply.body()).contains("no JSON");
            assertThat(scene.smart.calls()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void asksTheRequestedModelWithTheOriginalBytes_whenTheAnswerIsNotWhatWasDemanded(boolean stream) {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("Sure! Here you are: {}", CHEAP));
            scene.smart.byDefault(Script.chat("{\"ok\":1}", Usage.of(20, 3000)));
            String request = stream ? Scene.streaming(OBJECT) : OBJECT;

            HttpResponse<String> reply = scene.gateway.chat(request);

            assertThat(reply.body()).contains("ok").doesNotContain("Sure");
            assertThat(header(reply, "x-fresnel-decision")).isEqualTo("fast-bare");
            assertThat(header(reply, "x-fresnel-model")).isEqualTo("smart");
            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, escalated");
            assertThat(scene.smart.lastRequest().body().toString()).isEqualTo(request);
            scene.gateway.awaitLogged("\"answer_rejected\"", "\"fault\":\"invalid\"", "\"remedy\":\"escalated\"");
            assertThat(scene.gateway.admin("/metrics"))
                    .contains(
                            "fresnel_answers_rejected_total{arm=\"fast-bare\",fault=\"invalid\",remedy=\"escalated\"} 1.0");
            scene.awaitQuiet();
        }
    }

    /** Both calls are paid, and what was saved is a loss. */
    @Test
    void countsBothAnswers_inCostSavingAndBudget() {
        try (Scene scene = Scene.withBudget("1.00", ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("no JSON", CHEAP));
            scene.smart.byDefault(Script.chat("{}", Usage.of(20, 3000)));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(dollars(reply, "x-fresnel-cost-usd")).isEqualTo(CHEAP_USD + SMART_USD);
            assertThat(dollars(reply, "x-fresnel-saved-usd")).isEqualTo(-CHEAP_USD);
            scene.gateway.awaitLogged("\"delegation_finished\"", "\"answered_by\":\"smart\"", "\"cost_usd\":0.03191");
            scene.awaitQuiet();
            assertThat(scene.status("spent_today_usd")).isEqualTo("0.03191");
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void escalates_whenTheAnswerIsEmpty(boolean stream) {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("", CHEAP));

            HttpResponse<String> reply = scene.gateway.chat(stream ? Scene.streaming(PLAIN) : PLAIN);

            assertThat(reply.body()).contains("smart");
            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_empty, escalated");
            scene.awaitQuiet();
        }
    }

    @Test
    void escalates_whenTheModelRefuses() {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(Script.json(
                    "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"No.\"},\"finish_reason\":\"stop\"}],\"usage\":"
                            + ChatJson.usage(CHEAP) + "}"));

            HttpResponse<String> reply = scene.gateway.chat(PLAIN);

            assertThat(reply.body()).contains("from smart");
            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_refused, escalated");
        }
    }

    @Test
    void passesAGoodAnswerOn_byteForByte() {
        try (Scene scene = Scene.with(ROUTE + "{ enabled: true, repair: true, retry: true }")) {
            scene.cheap.byDefault(Script.chat("{\"a\": 1}", CHEAP));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(reply.body()).isEqualTo(ChatJson.completion("cheap", "{\"a\": 1}", CHEAP));
            assertThat(header(reply, "x-fresnel-reason")).doesNotContain("answer", "escalat");
            assertThat(scene.smart.calls()).isZero();
            assertThat(scene.cheap.calls()).isEqualTo(1);
        }
    }

    @Test
    void repairsAFence_whenTheRouteSaysSo() {
        try (Scene scene = Scene.with(ROUTE + "{ enabled: true, repair: true }")) {
            scene.cheap.byDefault(Script.chat("```json\n{\"a\": \"é\"}\n```", CHEAP));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(reply.body()).isEqualTo(ChatJson.completion("cheap", "{\"a\": \"é\"}", CHEAP));
            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, repaired");
            assertThat(dollars(reply, "x-fresnel-cost-usd")).isEqualTo(CHEAP_USD);
            assertThat(scene.smart.calls()).isZero();
        }
    }

    @Test
    void doesNotRepairWhatStaysBad() {
        try (Scene scene = Scene.with(ROUTE + "{ enabled: true, repair: true }")) {
            scene.cheap.byDefault(Script.chat("```json\n{\"a\":\n```", CHEAP));
            scene.smart.byDefault(Script.chat("{}", Usage.of(20, 3000)));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, escalated");
            assertThat(dollars(reply, "x-fresnel-cost-usd")).isEqualTo(CHEAP_USD + SMART_USD);
        }
    }

    @Test
    void asksTheWorkerOnceMore_whenTheRouteSaysSo() {
        try (Scene scene = Scene.with(ROUTE + "{ enabled: true, retry: true }")) {
            scene.cheap.reply(Script.chat("no JSON", CHEAP));
            scene.cheap.reply(Script.chat("{}", CHEAP));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, retried");
            assertThat(header(reply, "x-fresnel-model")).isEqualTo("cheap");
            assertThat(dollars(reply, "x-fresnel-cost-usd")).isEqualTo(2 * CHEAP_USD);
            assertThat(scene.smart.calls()).isZero();
        }
    }

    /** Every step is paid: twice the worker, once the requested model. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void escalates_whenTheSecondAnswerIsNoBetter(boolean stream) {
        try (Scene scene = Scene.with(ROUTE + "{ enabled: true, retry: true }")) {
            scene.cheap.byDefault(Script.chat("no JSON", CHEAP));
            scene.smart.byDefault(Script.chat("{}", Usage.of(20, 3000)));

            HttpResponse<String> reply = scene.gateway.chat(stream ? Scene.streaming(OBJECT) : OBJECT);

            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, retried, escalated");
            assertThat(scene.cheap.calls()).isEqualTo(2);
            if (!stream) {
                assertThat(dollars(reply, "x-fresnel-cost-usd")).isEqualTo(2 * CHEAP_USD + SMART_USD);
            }
            scene.awaitQuiet();
        }
    }

    @Test
    void escalates_whenTheSecondCallFails() {
        try (Scene scene = Scene.with(ROUTE + "{ enabled: true, retry: true }")) {
            scene.cheap.reply(Script.chat("no JSON", CHEAP));
            scene.cheap.byDefault(Script.error(500));
            scene.smart.byDefault(Script.chat("{}", Usage.of(20, 3000)));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, retried, escalated");
            assertThat(dollars(reply, "x-fresnel-cost-usd")).isEqualTo(CHEAP_USD + SMART_USD);
        }
    }

    /** The client has an answer, if a bad one; without a worker it would have none at all. */
    @ParameterizedTest
    @ValueSource(strings = {"error", "reset", "hang"})
    void passesTheWorkersAnswerOn_whenTheRequestedModelFails(String how) {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("no JSON", CHEAP));
            scene.smart.byDefault(
                    switch (how) {
                        case "error" -> Script.error(503);
                        case "reset" -> Script.reset();
                        default -> Script.hang();
                    });

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.body()).isEqualTo(ChatJson.completion("cheap", "no JSON", CHEAP));
            assertThat(header(reply, "x-fresnel-model")).isEqualTo("cheap");
            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, escalation_failed");
            double failed = how.equals("error") ? 0 : dollars(reply, "x-fresnel-cost-usd") - CHEAP_USD;
            assertThat(failed).as("the prompt of a call that left").isBetween(0.0, 0.001);
            scene.awaitQuiet();
        }
    }

    @Test
    void passesTheProvidersErrorOn_whenTheWorkersStreamWasGivenUp() {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("no JSON", CHEAP));
            scene.smart.byDefault(Script.error(503));

            HttpResponse<String> reply = scene.gateway.chat(Scene.streaming(OBJECT));

            assertThat(reply.statusCode()).isEqualTo(503);
            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, escalation_failed");
            scene.awaitQuiet();
        }
    }

    @Test
    void passesTheWorkersAnswerOn_whenTheBudgetDoesNotPayForAnother() {
        try (Scene scene = Scene.withBudget("0.10", ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("no JSON", CHEAP));

            HttpResponse<String> reply = scene.gateway.chat(OBJECT, "x-fresnel-arm", "fast-bare");

            assertThat(reply.body()).contains("no JSON");
            assertThat(header(reply, "x-fresnel-reason")).endsWith("answer_invalid, escalation_over_budget");
            assertThat(scene.smart.calls()).isZero();
            scene.awaitQuiet();
            assertThat(scene.status("spent_today_usd")).isEqualTo("0.00186");
        }
    }

    /** A stream is let go as soon as it shows that it begins well, and not before. */
    @Test
    void letsAStreamGo_onceItHasBegunWell() {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("{\"a\": 1}", CHEAP));

            HttpResponse<String> reply = scene.gateway.chat(Scene.streaming(OBJECT));

            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.body()).contains("data: [DONE]").contains("a");
            assertThat(header(reply, "x-fresnel-reason")).doesNotContain("answer");
            assertThat(scene.smart.calls()).isZero();
            scene.awaitQuiet();
        }
    }

    /** Silence is not an answer, but nobody is kept waiting for ever to find that out. */
    @Test
    void letsAStreamGo_whenItDoesNotShowHowItBegins() {
        try (Scene scene = Scene.with(ROUTE + "{ enabled: true, hold: 100ms }")) {
            scene.cheap.byDefault(Script.sse(ChatJson.events("cheap", "late words", Optional.of(CHEAP)))
                    .pacedBy(Duration.ofMillis(300)));

            HttpResponse<String> reply = scene.gateway.chat(Scene.streaming(PLAIN));

            assertThat(reply.body()).contains("late", "words", "[DONE]");
            assertThat(scene.smart.calls()).isZero();
            scene.awaitQuiet();
        }
    }

    /** An outage, not a bad answer: the requested model stands in, as for any call that fails. */
    @Test
    void asksTheRequestedModel_whenAHeldStreamBreaksOffBeforeItHasBegun() {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(brokenOff());

            HttpResponse<String> reply = scene.gateway.chat(Scene.streaming(PLAIN));

            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.body()).contains("smart", "[DONE]");
            assertThat(header(reply, "x-fresnel-model")).isEqualTo("smart");
            assertThat(header(reply, "x-fresnel-reason")).endsWith("fallback_broken");
            assertThat(scene.smart.calls()).isEqualTo(1);
            assertThat(scene.bypasses("fallback_broken")).isEqualTo(1);
            assertThat(scene.gateway.admin("/metrics")).doesNotContain("remedy=\"escalated\"} 1.0");
            scene.awaitQuiet();
        }
    }

    @Test
    void asksTheRequestedModel_whenAHeldStreamEndsBeforeItHasBegun() {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(
                    Script.sse(ChatJson.events("cheap", "", Optional.empty()).subList(0, 1))
                            .withoutDone());

            HttpResponse<String> reply = scene.gateway.chat(Scene.streaming(PLAIN));

            assertThat(reply.body()).contains("smart", "[DONE]");
            assertThat(header(reply, "x-fresnel-reason")).endsWith("fallback_broken");
            scene.awaitQuiet();
        }
    }

    @Test
    void tellsTheClient_whenAHeldStreamBreaksOff_andTheBudgetDoesNotPayForAnother() {
        try (Scene scene = Scene.withBudget("0.10", ROUTE + "true")) {
            scene.cheap.byDefault(brokenOff());

            HttpResponse<String> reply = scene.gateway.chat(Scene.streaming(PLAIN), "x-fresnel-arm", "fast-bare");

            assertThat(reply.statusCode()).isEqualTo(502);
            assertThat(header(reply, "x-fresnel-reason")).endsWith("fallback_over_budget");
            assertThat(scene.smart.calls()).isZero();
            scene.awaitQuiet();
        }
    }

    private static Script brokenOff() {
        SseScript begun =
                Script.sse(ChatJson.events("cheap", "", Optional.empty()).subList(0, 1));
        return Script.resetAfter(
                begun.withoutDone().bytes().length(), Script.sse(ChatJson.events("cheap", "word", Optional.empty())));
    }

    @Test
    void resetsWhoeverIsAsked_whenTheClientLeaves() {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.cheap.byDefault(Script.chat("no JSON", CHEAP));
            scene.smart.byDefault(Script.hang());
            try (RawConnection client = new RawConnection(scene.gateway.port())) {
                var _ = client.send(
                        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
                                + OBJECT.length() + "\r\n\r\n" + OBJECT);
                Await.until("the requested model is asked", () -> scene.smart.calls() == 1);
            }

            scene.gateway.awaitLogged("\"request_finished\"", "\"end\":\"client_gone\"");
            scene.awaitQuiet();
        }
    }

    /** More than 40 in 100 of the last 50. */
    @Test
    void pausesAnArm_whenTooManyOfItsAnswersAreEscalated() {
        try (Scene scene = Scene.with(ROUTE + "true")) {
            scene.smart.byDefault(Script.chat("{}", Usage.of(20, 3000)));
            for (int i = 0; i < 50; i++) {
                scene.cheap.reply(Script.chat(i < 21 ? "no JSON" : "{}", CHEAP));
                assertThat(header(scene.gateway.chat(OBJECT), "x-fresnel-decision"))
                        .isEqualTo("fast-bare");
            }

            HttpResponse<String> reply = scene.gateway.chat(OBJECT);

            assertThat(header(reply, "x-fresnel-decision")).isEqualTo("direct");
            assertThat(header(reply, "x-fresnel-reason")).startsWith("escalating_too_often");
            assertThat(scene.gateway.admin("/metrics")).contains("fresnel_arm_pauses_total{arm=\"fast-bare\"} 1.0");
            scene.gateway.awaitLogged("\"arm_paused\"", "\"seconds\":600");
        }
    }

    private static double dollars(HttpResponse<String> reply, String name) {
        return Double.parseDouble(header(reply, name));
    }
}
