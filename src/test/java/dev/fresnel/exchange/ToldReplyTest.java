package dev.fresnel.exchange;

import static dev.fresnel.exchange.Scene.BIG_TASK;
import static dev.fresnel.exchange.Scene.SMALL_TALK;
import static dev.fresnel.exchange.Scene.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Script;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What replies and log lines say of a request that did not go the usual way. */
class ToldReplyTest {
    private static final String ARMS = "mode: rules\narms: [direct, fast-worker, fast-bare, alone]";

    @Test
    void saysNoCost_whenThePriceIsNotKnown() {
        try (Scene scene = Scene.with(ARMS)) {
            HttpResponse<String> reply = scene.gateway.chat(SMALL_TALK.replace("\"smart\"", "\"undeclared\""));

            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.headers().firstValue("x-fresnel-cost-usd")).isEmpty();
            assertThat(scene.gateway.awaitLogged("request_finished"))
                    .contains("\"cost_usd\":null,\"lens_cost_usd\":0.00", "\"requested_model\":\"undeclared\"");
        }
    }

    @Test
    void saysNoCost_whenThePathIsNotChat() {
        try (Scene scene = Scene.with(ARMS)) {
            scene.gateway.get("/v1/files");

            assertThat(scene.gateway.awaitLogged("request_finished"))
                    .contains("\"cost_usd\":null", "\"requested_model\":null,\"answered_by\":null")
                    .contains("\"reason\":\"not_chat\"")
                    .doesNotContain("\"-\"");
        }
    }

    @Test
    void saysDecisionAndReason_whenNobodyAnswers() {
        try (Scene scene = Scene.with(ARMS, Scene.Lines.CHEAP_REFUSES)) {
            HttpResponse<String> reply = scene.gateway.chat(SMALL_TALK, "x-fresnel-arm", "alone");

            assertThat(reply.statusCode()).isEqualTo(502);
            assertThat(header(reply, "x-fresnel-decision")).isEqualTo("alone");
            assertThat(header(reply, "x-fresnel-reason")).isEqualTo("client_arm");
            assertThat(reply.headers().firstValue("x-fresnel-model")).isEmpty();
            assertThat(scene.gateway.awaitLogged("request_finished"))
                    .contains("\"error\":\"upstream_unavailable\"", "\"answered_by\":null");
        }
    }

    @Test
    void saysNeither_whenTheRequestIsRefusedBeforeItIsDecided() {
        try (Scene scene = Scene.with(ARMS)) {
            HttpResponse<String> reply = scene.gateway.chat(SMALL_TALK, "x-fresnel-arm", "nobody");

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.headers().firstValue("x-fresnel-decision")).isEmpty();
            assertThat(scene.gateway.awaitLogged("request_finished"))
                    .contains("\"error\":\"invalid_header\"", "\"reason\":null", "\"end\":\"refused\"");
        }
    }

    /** A wish that was misspelt would else pass for one that was granted, route off or not. */
    @ParameterizedTest
    @ValueSource(strings = {ARMS, "mode: off"})
    void refusesAHeaderThatItDoesNotKnow(String route) {
        try (Scene scene = Scene.with(route)) {
            HttpResponse<String> reply = scene.gateway.chat(SMALL_TALK, "x-fresnel-arms", "alone");

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(new JsonObject(reply.body()).getJsonObject("error").getMap())
                    .containsEntry("type", "invalid_request_error")
                    .containsEntry("param", "x-fresnel-arms")
                    .containsEntry("code", "invalid_header")
                    .hasEntrySatisfying(
                            "message",
                            message -> assertThat(message.toString())
                                    .contains(
                                            "Header x-fresnel-arms is not known",
                                            "Known are x-fresnel-mode, x-fresnel-arm,"));
            assertThat(scene.smart.calls() + scene.cheap.calls()).isZero();
        }
    }

    @Test
    void namesTheError_whenAStreamBreaks() {
        try (Scene scene = Scene.with(ARMS)) {
            scene.smart.byDefault(
                    Script.finAfter(200, Script.chatStream("x".repeat(2000), dev.fresnel.chat.Usage.of(1, 1))));

            try {
                scene.gateway.chat(Scene.streaming(SMALL_TALK));
            } catch (java.io.UncheckedIOException cut) {
                assertThat(cut).hasMessageContaining("");
            }

            assertThat(scene.gateway.awaitLogged("request_finished")).contains("\"error\":\"upstream_stream_broken\"");
        }
    }

    @Test
    void countsADryRunForNoArm_andLeavesTheConversationFree() {
        try (Scene scene = Scene.with(ARMS + "\nsmart: teacher")) {
            String[] session = {"x-fresnel-session", "s1"};
            scene.gateway.chat(BIG_TASK, session[0], session[1], "x-fresnel-explain", "dry-run");

            assertThat(scene.gateway.awaitLogged("request_finished"))
                    .contains("\"end\":\"dry_run\"", "\"arm\":\"fast-worker\"", "\"cost_usd\":0.00");
            assertThat(scene.gateway.admin("/metrics"))
                    .contains("fresnel_requests_total{arm=\"dry-run\",end=\"dry_run\",tenant=\"acme\"} 1.0")
                    .doesNotContain("fresnel_requests_total{arm=\"fast-worker\"");
            HttpResponse<String> next = scene.gateway.chat(BIG_TASK, session);
            assertThat(header(next, "x-fresnel-decision")).isEqualTo("fast-worker");
            assertThat(header(next, "x-fresnel-reason")).doesNotContain("inherited");
        }
    }

    @Test
    void saysThatNoRouteTakesTheModel() {
        try (Scene scene = Scene.with(ARMS)) {
            HttpResponse<String> reply = scene.gateway.chat(SMALL_TALK.replace("\"smart\"", "\"cheap\""));

            assertThat(header(reply, "x-fresnel-reason")).isEqualTo("no_route");
        }
    }
}
