package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** S36 through a whole gateway: who is asked, when, and at whose expense. */
class ClassifierTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    ClassifierTest() {
        smart.byDefault(Script.chat("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("debug", Usage.of(1_000_000, 0)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    /** Shadow, so that every answer comes from smart and every call of cheap is the classifier's. */
    private TestGateway gateway(String timeout) {
        return TestGateway.start(yaml(timeout));
    }

    private String yaml(String timeout) {
        return TestGateway.twoModels(
                        smart.baseUri(),
                        cheap.baseUri(),
                        "mode: shadow-adaptive\narms: [direct, fast-bare]\n"
                                + "learned: { classifier: { model: cheap, timeout: " + timeout + " } }")
                .replace("2s", "60s");
    }

    private static String task(String text) {
        return "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    private static String trace(TestGateway gateway, String text, String... headers) {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "x-fresnel-explain";
        all[headers.length + 1] = "true";
        HttpResponse<String> reply = gateway.chat(task(text), all);
        assertThat(reply.body()).contains("from smart");
        return reply.headers().firstValue("x-fresnel-trace").orElse("(absent)");
    }

    @Test
    void namesTheKindInPlaceOfTheRules_askedOncePerText() {
        try (TestGateway gateway = gateway("10s")) {
            assertThat(trace(gateway, "Write a poem"))
                    .contains("\"task_kind\":\"debug\",\"task_kind_from\":\"classifier\"");
            assertThat(trace(gateway, "Write a poem")).contains("\"task_kind\":\"debug\"");

            assertThat(cheap.calls()).isEqualTo(1);
            assertThat(cheap.lastRequest().bodyText()).contains("You sort tasks", "Write a poem");
            assertThat(cheap.lastRequest().header("x-fresnel-internal"))
                    .as("a gateway there must not have it classified again")
                    .isEqualTo("lens");
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_classifier_total{result=\"classified\"} 1.0",
                            "fresnel_classifier_total{result=\"known\"} 1.0",
                            "fresnel_classifier_cost_usd_total{tenant=\"acme\"} 0.15");
            assertThat(gateway.admin("/admin/status")).contains("\"spent_today_usd\":0.15");
        }
    }

    @Test
    void asksNobody_whenTheKindIsKnownOrNotAskedFor() {
        try (TestGateway gateway = gateway("10s")) {
            assertThat(trace(gateway, "Write a poem", "x-fresnel-task-kind", "explain"))
                    .contains("\"task_kind\":\"explain\",\"task_kind_from\":\"client\"");
            assertThat(trace(gateway, "Write a poem", "x-fresnel-mode", "shadow"))
                    .as("rules do not go by it")
                    .contains("\"task_kind_from\":\"rules\"");
            assertThat(trace(gateway, "Write a poem", "x-fresnel-internal", "lens"))
                    .contains("recursion_guard");
            assertThat(trace(gateway, "Write a poem", "x-fresnel-arm", "direct"))
                    .contains("client_arm");
            assertThat(trace(gateway, "")).contains("\"task_kind\":\"other\"");
            assertThat(gateway.chat(task("Write a poem"), "x-fresnel-explain", "dry-run")
                            .body())
                    .contains("\"task_kind\":\"generate\",\"task_kind_from\":\"fallback\"");

            assertThat(cheap.calls()).isZero();
        }
    }

    /** 64 calls of some 5,000 tokens may run at once: together five cents at the most. */
    @Test
    void asksNobody_whenWhatIsLeftDoesNotPayForAllCallsThatMayRun() {
        for (String daily : List.of("0.04", "0.30")) {
            String budget = "    budget: { daily: " + daily + " }\n    routes:\n";
            try (TestGateway gateway = TestGateway.start(yaml("10s").replace("    routes:\n", budget))) {
                assertThat(trace(gateway, "Write a poem"))
                        .contains("\"task_kind_from\":\"" + (daily.equals("0.04") ? "fallback" : "classifier"));
            }
        }
        assertThat(cheap.calls()).isEqualTo(1);
    }

    @Test
    void asksAtEveryTurn_sinceAnotherKindOfTaskMayBegin() {
        try (TestGateway gateway = gateway("10s")) {
            var _ = trace(gateway, "Write a poem", "x-fresnel-session", "s");
            assertThat(trace(gateway, "And another one", "x-fresnel-session", "s"))
                    .contains("inherited");
            cheap.byDefault(Script.chat("translate", Usage.of(20, 1)));
            assertThat(trace(gateway, "Now in French", "x-fresnel-session", "s"))
                    .contains("task_changed");
            cheap.byDefault(Script.error(401));
            assertThat(trace(gateway, "Debug this", "x-fresnel-session", "s"))
                    .as("no word of another task")
                    .contains("inherited", "\"task_kind_from\":\"fallback\"");
        }
    }

    @Test
    void goesByTheRules_whenTheModelIsSlowOrFailsOrTalks() {
        HeldScript silent = new HeldScript(Script.chat("debug", Usage.of(20, 1)));
        cheap.reply(silent);
        cheap.reply(Script.error(401));
        cheap.reply(Script.chat("I would say that is a poem.", Usage.of(20, 7)));
        try (TestGateway gateway = gateway("150ms")) {
            assertThat(trace(gateway, "Write a poem"))
                    .contains("\"task_kind\":\"generate\",\"task_kind_from\":\"fallback\"");
            silent.release();
            Await.until(
                    "the late answer is known",
                    () -> trace(gateway, "Write a poem").contains("\"task_kind_from\":\"classifier\""));
        }
        try (TestGateway gateway = gateway("10s")) {
            assertThat(trace(gateway, "Write an ode"))
                    .contains("\"task_kind\":\"generate\",\"task_kind_from\":\"fallback\"");
            assertThat(trace(gateway, "Write a hymn"))
                    .contains("\"task_kind\":\"generate\",\"task_kind_from\":\"fallback\"");
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_classifier_total{result=\"failed\"} 1.0",
                            "fresnel_classifier_total{result=\"nonsense\"} 1.0");
            assertThat(gateway.awaitLogged("classifier_failed", "\"reason\":\"failed\""))
                    .contains("\"model\":\"cheap\"", "with status 401", "\"cost_usd\":0.00}");
            assertThat(gateway.awaitLogged("classifier_failed", "\"reason\":\"nonsense\""))
                    .containsPattern("\"cost_usd\":0\\.0*[1-9]")
                    .doesNotContain("poem");
        }
    }

    @Test
    void asksNobody_whileDelegationIsPaused() {
        String yaml = TestGateway.twoModels(
                smart.baseUri(),
                cheap.baseUri(),
                "mode: adaptive\narms: [direct, fast-bare]\nlearned: { classifier: { model: cheap } }");
        try (TestGateway gateway = TestGateway.start(yaml)) {
            var _ = gateway.send(java.net.http.HttpRequest.newBuilder(
                            java.net.URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/pause"))
                    .POST(java.net.http.HttpRequest.BodyPublishers.noBody())
                    .build());

            assertThat(gateway.chat(task("Write a poem")).body()).contains("from smart");
            assertThat(cheap.calls()).isZero();
        }
    }
}
