package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.replay.log.DecisionLog;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop that issue #9557 asks for, end to end: decisions, outcomes by feedback, other decisions. */
class LearningTest {
    private static final String ADAPTIVE = "mode: adaptive\narms: [direct, fast-bare]";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    LearningTest() {
        smart.byDefault(Script.chat("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        dev.fresnel.testing.Await.result(vertx.close());
    }

    /** A worker that is no good at one class of tasks stops being chosen for it; other classes are untouched. */
    @Test
    void aWorkerIsNoLongerChosenForWhatItIsBadAt() {
        try (TestGateway gateway =
                TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE))) {
            int good = 0;
            int bad = 0;
            for (int i = 0; i < 400; i++) {
                boolean late = i >= 300;
                good += delegated(gateway, i, "generate", true) && late ? 1 : 0;
                bad += delegated(gateway, i, "debug", false) && late ? 1 : 0;
            }

            assertThat(good).as("of the last 100 that it does as well for less").isGreaterThanOrEqualTo(80);
            assertThat(bad).as("of the last 100 that it fails at").isLessThanOrEqualTo(12);
        }
    }

    /** One config, two economics: what a good answer is worth decides. */
    @Test
    void twoTenantsDiverge_whenAGoodAnswerIsWorthDifferentMoney() {
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE)
                        .replace("""
                          - id: acme
                            routes:
                        """, """
                          - id: careful
                            keys: ["careful-key"]
                            learned: { success-usd: 10 }
                            routes:
                              - match: { model: "smart" }
                                mode: adaptive
                                arms: [direct, fast-bare]
                          - id: thrifty
                            keys: ["thrifty-key"]
                            learned: { success-usd: 0.004 }
                            routes:
                        """)
                + "policy: { guard: 1 }\n";
        try (TestGateway gateway = TestGateway.start(yaml)) {
            int careful = 0;
            int thrifty = 0;
            for (int i = 0; i < 300; i++) {
                boolean late = i >= 200;
                // The worker fails one time in four, the requested model never.
                boolean worker = i % 4 != 0;
                careful += delegatedBy(gateway, "careful-key", i, worker) && late ? 1 : 0;
                thrifty += delegatedBy(gateway, "thrifty-key", i, worker) && late ? 1 : 0;
            }

            assertThat(careful).as("of 100").isLessThanOrEqualTo(10);
            assertThat(thrifty).as("of 100").isGreaterThanOrEqualTo(80);
        }
    }

    /** The easy workload of #9557: delegation gains nothing in quality and costs as much, so it is not worth the trouble. */
    @Test
    void goesDirect_whenDelegationNeverPays() {
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE)
                .replace(
                        "input: 0.15, cached-input: 0.075, output: 0.60",
                        "input: 2.40, cached-input: 1.20, output: 9.90");
        try (TestGateway gateway = TestGateway.start(yaml)) {
            int direct = 0;
            for (int i = 0; i < 500; i++) {
                boolean delegated = delegated(gateway, i, "explain", i % 10 < 7);
                direct += !delegated && i >= 400 ? 1 : 0;
            }

            assertThat(direct).as("of the last 100").isGreaterThanOrEqualTo(90);
        }
    }

    /** The report of #9557: features, dispatch, wall time, tokens, money, success, and the odds of the draw. */
    @Test
    void everyDecisionIsLoggedWithItsOddsAndItsOutcome(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("decisions.jsonl");
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE) + "events: { decision-log: \""
                + log + "\" }\n";
        try (TestGateway gateway = TestGateway.start(yaml)) {
            for (int i = 0; i < 20; i++) {
                var _ = delegated(gateway, i, "debug", false);
            }

            // The registry refers weakly to what it reads.
            System.gc();
            assertThat(gateway.admin("/metrics"))
                    .contains("fresnel_learning_lessons_total 20.0", "fresnel_learning_open 20.0");
        }

        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSize(20);
        DecisionLog read = DecisionLog.read(log);
        assertThat(read.skipped()).as("what the replay cannot read").isEmpty();
        assertThat(read.rows()).hasSize(20).allMatch(row -> row.reward().isPresent());
        assertThat(lines)
                .allSatisfy(line -> assertThat(line)
                        .contains(
                                "\"tenant\":\"acme\"",
                                "\"task\":\"debug/",
                                "\"arms\":[\"direct\",\"fast-bare\"]",
                                "\"p\":[")
                        .contains(
                                "\"signal\":\"feedback\"",
                                "\"output_tokens\":300",
                                "\"wall_time_ms\":",
                                "\"cost_usd\":0.00")
                        .doesNotContain("Task number"));
    }

    /** Kept in the file: what was learned, and the decisions that feedback may still be given on. */
    @Test
    void whatWasLearnedSurvivesARestart(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("decisions.jsonl");
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE) + "policy: { guard: 1 }\n"
                + "events: { decision-log: \"" + log + "\" }\n";
        TestGateway before = TestGateway.start(yaml, RelayLimits.DEFAULT, directory.resolve("store"));
        assertThat(probability(before)).as("not known to be good yet").isLessThan(0.5);
        for (int i = 0; i < 40; i++) {
            judge(before, before.chat(task(i), "x-fresnel-arm", "fast-bare"), true);
        }
        HttpResponse<String> waiting = before.chat(task(41), "x-fresnel-arm", "fast-bare");
        before.stop();
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains("\"why\":\"waiting_at_shutdown\""))
                .singleElement()
                .asString()
                .contains(header(waiting, "x-fresnel-request-id"), "\"outcomes\":[]");

        try (TestGateway after = TestGateway.start(yaml, RelayLimits.DEFAULT, directory.resolve("store"))) {
            assertThat(probability(after)).isGreaterThan(0.9);
            judge(after, waiting, true);
        }
        assertThat(Files.readAllLines(log).getLast())
                .as("the last line stands")
                .contains(header(waiting, "x-fresnel-request-id"), "\"signal\":\"feedback\",\"y\":1.0");
    }

    @Test
    void shadowsThePolicy_andLogsWhatItWouldHaveDrawn(@TempDir Path directory) throws IOException {
        Path log = directory.resolve("decisions.jsonl");
        String shadow = ADAPTIVE.replace("adaptive", "shadow-adaptive");
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), shadow) + "events: { decision-log: \""
                + log + "\" }\n";
        try (TestGateway gateway = TestGateway.start(yaml)) {
            for (int i = 0; i < 20; i++) {
                assertThat(delegated(gateway, i, "debug", false)).isFalse();
            }
            assertThat(gateway.chat(task(1), "x-fresnel-explain", "dry-run").body())
                    .contains("\"propensities\":{\"direct\":1.0,\"fast-bare\":0.0},\"counterfactual\":{\"direct\":0.")
                    .contains("\"reasons\":[\"shadow\"");
            // A client may ask for it on any route, and on this one for something else.
            assertThat(header(gateway.chat(task(2), "x-fresnel-mode", "shadow"), "x-fresnel-reason"))
                    .isEqualTo("shadow, no_rule_fired, client_mode");
        }

        assertThat(cheap.calls()).as("no worker is asked").isZero();
        assertThat(Files.readAllLines(log))
                .hasSize(20)
                .allSatisfy(line -> assertThat(line)
                        .contains("\"p\":[1.0,0.0],\"arm\":\"direct\",\"would_be\":\"", "\"p_would_be\":[0."));
        DecisionLog read = DecisionLog.read(log);
        assertThat(read.skipped()).isEmpty();
        assertThat(read.rows()).as("says nothing about other policies").allMatch(row -> row.isForced());
    }

    @Test
    void conversationIsDecidedAnew_whenAnotherSortOfTaskBegins() {
        try (TestGateway gateway =
                TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE))) {
            String first = "{\"role\":\"user\",\"content\":\"Write a poem\"}";
            String answer = ",{\"role\":\"assistant\",\"content\":\"Tides\"},{\"role\":\"user\",\"content\":\"";
            HttpResponse<String> opening = gateway.chat(conversation(first));
            HttpResponse<String> same = gateway.chat(conversation(first + answer + "Write another\"}"));
            HttpResponse<String> other = gateway.chat(conversation(first + answer + "Now debug my program\"}"));
            HttpResponse<String> after = gateway.chat(conversation(first + answer + "Debug the other one\"}"));

            assertThat(header(same, "x-fresnel-reason")).isEqualTo("inherited");
            assertThat(header(other, "x-fresnel-reason")).matches("(learned|exploring), task_changed");
            assertThat(header(after, "x-fresnel-reason")).isEqualTo("inherited");
            judge(gateway, opening, true);
            judge(gateway, other, false);
            judge(gateway, after, true);
        }
    }

    private static String conversation(String messages) {
        return "{\"model\":\"smart\",\"messages\":[" + messages + "]}";
    }

    /** A tenant to whom quality is worth any money, until its month's budget would be gone within hours. */
    @Test
    void delegatesMore_whenTheMonthsBudgetWouldRunOut() {
        ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
        Assumptions.assumeTrue(
                now.plusHours(4).getMonth() == now.getMonth(),
                "in the month's last hours there is no more money to be spared");
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE)
                        .replace("""
                          - id: acme
                            routes:
                        """, """
                          - id: ample
                            keys: ["ample-key"]
                            learned: { success-usd: 100 }
                            routes:
                              - match: { model: "smart" }
                                mode: adaptive
                                arms: [direct, fast-bare]
                          - id: acme
                            keys: ["short-key"]
                            budget: { monthly: 2.00 }
                            learned: { success-usd: 100 }
                            routes:
                        """)
                + "policy: { guard: 1 }\n";
        try (TestGateway gateway = TestGateway.start(yaml)) {
            int ample = 0;
            int tight = 0;
            for (int i = 0; i < 200; i++) {
                boolean late = i >= 150;
                // The worker fails one time in five, the requested model never.
                boolean worker = i % 5 != 0;
                ample += delegatedBy(gateway, "ample-key", i, worker) && late ? 1 : 0;
                tight += delegatedBy(gateway, "short-key", i, worker) && late ? 1 : 0;
            }

            assertThat(ample).as("of 50, where quality is worth any money").isLessThanOrEqualTo(12);
            assertThat(tight)
                    .as("of 50, at a pace that two dollars do not last for")
                    .isGreaterThanOrEqualTo(42);
            assertThat(gateway.admin("/metrics")).containsPattern("fresnel_budget_price\\{tenant=\"acme\"} [1-9]");
        }
    }

    @Test
    void explainsWhatItBelievesOfEveryArm() {
        try (TestGateway gateway =
                TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE))) {
            for (int i = 0; i < 10; i++) {
                var _ = delegated(gateway, i, "debug", false);
            }

            String trace = gateway.chat(task(0), "x-fresnel-task-kind", "debug", "x-fresnel-explain", "dry-run")
                    .body();

            assertThat(trace).contains("\"learned\":{\"task\":\"debug/", "{\"arm\":\"fast-bare\",\"quality\":0.");
            assertThat(trace.split("\"pulls\":"))
                    .as("two arms, ten answers in all")
                    .hasSize(3)
                    .anyMatch(arm -> !arm.startsWith("0.000000"));
        }
    }

    @Test
    void feedbackIsRefused_whenItSaysNothingOrComesFromElsewhere() {
        try (TestGateway gateway =
                TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE))) {
            assertThat(feedback(gateway, "{}").statusCode()).isEqualTo(400);
            assertThat(feedback(gateway, "{}").body()).contains("request_id is missing");
            HttpResponse<String> unknown = feedback(gateway, "{\"request_id\":\"nobody\",\"succeeded\":true}");
            assertThat(unknown.statusCode()).isEqualTo(200);
            assertThat(unknown.body()).contains("\"status\":\"not_learning\"");
            assertThat(gateway.get("/v1/feedback").statusCode()).isEqualTo(405);
            assertThat(smart.calls() + cheap.calls())
                    .as("it is ours, and passes to nobody")
                    .isZero();
        }
    }

    /** With which the worker would be asked. */
    private static double probability(TestGateway gateway) {
        Matcher found = Pattern.compile("\"fast-bare\":([0-9.eE-]+)")
                .matcher(gateway.chat(task(0), "x-fresnel-explain", "dry-run").body());
        assertThat(found.find()).isTrue();
        return Double.parseDouble(found.group(1));
    }

    /** Asks, judges the answer, and tells whether the worker gave it. */
    private static boolean delegated(TestGateway gateway, int i, String kind, boolean workerSucceeds) {
        HttpResponse<String> reply = gateway.chat(task(i), "x-fresnel-task-kind", kind);
        boolean delegated = header(reply, "x-fresnel-decision").equals("fast-bare");
        judge(gateway, reply, !delegated || workerSucceeds);
        return delegated;
    }

    private static boolean delegatedBy(TestGateway gateway, String key, int i, boolean workerSucceeds) {
        HttpResponse<String> reply = gateway.chat(task(i), "authorization", "Bearer " + key);
        boolean delegated = header(reply, "x-fresnel-decision").equals("fast-bare");
        judge(gateway, reply, !delegated || workerSucceeds, "authorization", "Bearer " + key);
        return delegated;
    }

    private static void judge(TestGateway gateway, HttpResponse<String> reply, boolean succeeded, String... headers) {
        HttpResponse<String> verdict = feedback(
                gateway,
                "{\"request_id\":\"" + header(reply, "x-fresnel-request-id") + "\",\"succeeded\":" + succeeded + "}",
                headers);
        assertThat(verdict.body()).contains("\"status\":\"learned\"");
    }

    private static HttpResponse<String> feedback(TestGateway gateway, String json, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/feedback"))
                .POST(HttpRequest.BodyPublishers.ofString(json));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return gateway.send(request.build());
    }

    private static String task(int i) {
        return "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Task number " + i + "\"}]}";
    }

    private static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("(absent)");
    }
}
