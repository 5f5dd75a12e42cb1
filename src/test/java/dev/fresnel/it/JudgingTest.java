package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.demo.Pace;
import dev.fresnel.demo.PacedUpstream;
import dev.fresnel.demo.Voice;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples of answers are graded by a model of the operator's choice, behind the reply. */
class JudgingTest {
    private static final Usage USAGE = Usage.of(20, 300);
    private static final String ALL = "judge: { model: judge, share: 1, daily: 1 }";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final FakeUpstream judge = FakeUpstream.start(vertx);

    @TempDir
    private Path directory;

    JudgingTest() {
        smart.byDefault(Script.chat("from smart", USAGE));
        cheap.byDefault(Script.chat("from cheap", USAGE));
        judge.byDefault(Script.chat("{\"score\": 4}", Usage.of(1000, 10)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        judge.close();
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aScoreIsLearned_andItsPriceIsTheTenants(boolean stream) {
        try (TestGateway gateway = start(ALL, "")) {
            HttpResponse<String> reply = ask(gateway, stream, "authorization", "Bearer the-clients-own");

            assertThat(outcome(reply)).contains("\"signal\":\"judged\",\"y\":0.4,\"w\":0.5", "\"judge_p\":1.0");
            RecordedRequest asked = judge.lastRequest();
            assertThat(asked.body().toString()).contains("Tell me a story", "from cheap");
            assertThat(asked.headers().get("authorization"))
                    .as("the client's credential")
                    .isNull();
            assertThat(asked.headers().get("x-fresnel-internal"))
                    .as("not to be judged again")
                    .isNotNull();
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_judge_answers_total{result=\"scored\"} 1.0",
                            "fresnel_judge_cost_usd_total 0.0011");
            // 20 and 300 tokens of the worker, 1000 and 10 of the judge.
            Await.until(
                    () -> gateway.admin("/admin/status"),
                    () -> gateway.admin("/admin/status").contains("\"spent_today_usd\":0.001283"));
            assertThat(gateway.log()).as("nothing of the text").doesNotContain("story", "from cheap");
        }
    }

    /** The stand-ins of the demo can be named as judges; they take no side. */
    @ParameterizedTest
    @ValueSource(strings = {"[json-schema]", "[]"})
    void aStandInOfTheDemoCanJudge(String supports) {
        PacedUpstream standIn = Await.result(PacedUpstream.start(
                vertx, Voice.SMART, Pace.UNPACED, List.of(), InstantSource.fixed(Instant.EPOCH), 0));
        String yaml = yaml(ALL, "", standIn.baseUrl())
                .replace("{ upstream: judge,", "{ upstream: judge, supports: " + supports + ",");
        try (TestGateway gateway = TestGateway.start(yaml)) {
            assertThat(outcome(ask(gateway, false))).contains("\"signal\":\"judged\",\"y\":0.5");
        }
    }

    @Test
    void nobodyJudges_unlessAModelIsNamed() {
        try (TestGateway gateway = start("horizon: 100ms", "")) {
            HttpResponse<String> reply = ask(gateway, false);

            Await.until("an outcome", () -> lines(reply).stream().anyMatch(line -> line.contains("clean")));
            assertThat(judge.calls()).isZero();
        }
    }

    @Test
    void aTenantMayKeepItsAnswersToItself() {
        try (TestGateway gateway = start("horizon: 100ms, " + ALL, "learned: { judge: false }")) {
            HttpResponse<String> reply = ask(gateway, false);

            Await.until("an outcome", () -> lines(reply).stream().anyMatch(line -> line.contains("clean")));
            assertThat(judge.calls()).isZero();
        }
    }

    /** The reply is there while the judge has not said a word. */
    @Test
    void nobodyWaitsForTheJudge() {
        HeldScript held = new HeldScript(Script.chat("{\"score\": 10}", USAGE));
        judge.byDefault(held);
        try (TestGateway gateway = start(ALL, "")) {
            HttpResponse<String> reply = ask(gateway, false);

            assertThat(reply.statusCode()).isEqualTo(200);
            Await.until("the judge is asked", () -> judge.calls() == 1);
            assertThat(lines(reply)).isEmpty();
            held.release();
            assertThat(outcome(reply)).contains("\"y\":1.0,\"w\":0.5");
        }
    }

    /** A judge that fails says nothing about the answer. It bills no error, very likely the prompt of what broke off, and what it says it used. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            error    | answered with status 503                          | 0\\.00
            reset    | closed the connection, or sent something else     | 0\\.000[1-9][0-9]*
            nonsense | the answer holds no score                         | 0\\.00302
            """)
    void nothingIsLearned_whenTheJudgeFails(String how, String detail, String cost) {
        judge.byDefault(
                switch (how) {
                    case "error" -> Script.error(503);
                    case "reset" -> Script.reset();
                    default -> Script.chat("I liked it.", USAGE);
                });
        String result = how.equals("nonsense") ? "unusable" : "failed";
        try (TestGateway gateway = start("horizon: 1s, " + ALL, "")) {
            HttpResponse<String> reply = ask(gateway, false);

            awaitMetric(gateway, "fresnel_judge_answers_total{result=\"" + result + "\"} 1.0");
            Await.until("an outcome", () -> lines(reply).stream().anyMatch(line -> line.contains("\"why\":\"clean\"")));
            assertThat(lines(reply)).noneMatch(line -> line.contains("judge"));
            assertThat(gateway.awaitLogged("judge_failed"))
                    .contains(
                            "\"request_id\":\""
                                    + reply.headers()
                                            .firstValue("x-fresnel-request-id")
                                            .orElseThrow() + "\"",
                            "\"tenant\":\"acme\",\"model\":\"judge\",\"reason\":\"" + result + "\"",
                            detail)
                    .containsPattern("\"cost_usd\":" + cost + "}")
                    .doesNotContain("I liked it", "story", "from cheap");
            assertThat(gateway.admin("/admin/events")).contains("judge_failed");
        }
    }

    @Test
    void noMoreIsSpentOnJudging_thanADayAllows() {
        try (TestGateway gateway = start("judge: { model: judge, share: 1, daily: 0.0001 }", "")) {
            var _ = ask(gateway, false);

            awaitMetric(gateway, "fresnel_judge_answers_total{result=\"over_budget\"} 1.0");
            assertThat(judge.calls()).isZero();
        }
    }

    @Test
    void onlyAFewAreJudgedAtOnce() {
        judge.byDefault(Script.hang());
        try (TestGateway gateway = start(ALL, "")) {
            for (int i = 0; i < 5; i++) {
                var _ = ask(gateway, false);
            }

            awaitMetric(gateway, "fresnel_judge_answers_total{result=\"busy\"} 1.0");
            Await.until("four are asked", () -> judge.calls() == 4);
        }
    }

    /** What comes from a gateway is neither delegated nor judged, or two gateways would judge each other's judges. */
    @Test
    void aGatewaysOwnCallIsNotJudged() {
        try (TestGateway gateway = start(ALL, "")) {
            HttpResponse<String> reply = gateway.chat(body(false), "x-fresnel-internal", "lens");

            assertThat(reply.headers().firstValue("x-fresnel-reason").orElse(""))
                    .startsWith("recursion_guard");
            gateway.awaitLogged("request_finished");
            assertThat(judge.calls()).isZero();
        }
    }

    private TestGateway start(String policy, String more) {
        return TestGateway.start(yaml(policy, more, judge.baseUri()));
    }

    private String yaml(String policy, String more, URI judge) {
        String route = "mode: adaptive\narms: [direct, fast-bare]" + (more.isEmpty() ? "" : "\n" + more);
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), route)
                .replace(
                        "models:\n",
                        "  judge: { base-url: \"" + judge + "\" }\nmodels:\n"
                                + "  judge: { upstream: judge, price: { input: 1.00, cached-input: 0.50, output: 10.00 } }\n");
        return yaml + "events: { decision-log: \"" + log() + "\" }\npolicy: { " + policy + " }\n";
    }

    private static HttpResponse<String> ask(TestGateway gateway, boolean stream, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "x-fresnel-arm";
        all[1] = "fast-bare";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return gateway.chat(body(stream), all);
    }

    private static String body(boolean stream) {
        return "{\"model\":\"smart\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Tell me a story\"}]}";
    }

    private static void awaitMetric(TestGateway gateway, String line) {
        Await.until(line, () -> gateway.admin("/metrics").contains(line));
    }

    private String outcome(HttpResponse<String> reply) {
        Await.until(() -> "a score in " + lines(reply), () -> !lines(reply).isEmpty());
        return lines(reply).getFirst();
    }

    private Path log() {
        return directory.resolve("decisions.jsonl");
    }

    private List<String> lines(HttpResponse<String> reply) {
        String id = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
        try {
            return Files.readAllLines(log()).stream()
                    .filter(line -> line.contains("\"id\":\"" + id + "\""))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
