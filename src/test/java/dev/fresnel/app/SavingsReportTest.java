package dev.fresnel.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The savings statement from requests to report, on a gateway whose lot is a coin. */
class SavingsReportTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String TASK = "Generate CRUD endpoints for 5 entities, number ";
    private static final int CONVERSATIONS = 120;
    private static final double DIRECT_USD = (2.5 * 100 + 10 * 400) / 1e6;
    private static final double WORKER_USD = (0.15 * 100 + 0.6 * 400) / 1e6;

    @TempDir
    Path store;

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private TestGateway gateway;

    @BeforeEach
    void open() {
        gateway = start();
    }

    private TestGateway start() {
        return start("control-share: 0.5");
    }

    private TestGateway start(String share) {
        smart.byDefault(Script.chat("from smart", Usage.of(100, 400)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(100, 400)));
        return TestGateway.start(
                TestGateway.twoModels(
                        smart.baseUri(), cheap.baseUri(), "mode: rules\narms: [direct, fast-bare]\n" + share),
                RelayLimits.DEFAULT,
                store);
    }

    @AfterEach
    void stop() {
        gateway.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    private HttpResponse<String> ask(int number, String... headers) {
        return gateway.chat(
                "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"" + TASK + number + "\"}]}",
                headers);
    }

    private HttpResponse<String> goOn(int number) {
        return gateway.chat(
                "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"" + TASK + number
                        + "\"},{\"role\":\"assistant\",\"content\":\"done\"},{\"role\":\"user\",\"content\":\"And now the tests.\"}]}");
    }

    private static boolean isControl(HttpResponse<String> reply) {
        return reply.headers().firstValue("x-fresnel-reason").orElse("").startsWith("control");
    }

    private static String arm(HttpResponse<String> reply) {
        return reply.headers().firstValue("x-fresnel-decision").orElse("");
    }

    private JsonNode total() {
        return JSON.readTree(gateway.admin("/admin/savings?tenant=acme")).at("/totals/0");
    }

    @Test
    void saysWhatWasSavedAndWhatBecameOfQuality() throws Exception {
        List<HttpResponse<String>> firsts = new ArrayList<>();
        int controls = 0;
        for (int i = 0; i < CONVERSATIONS; i++) {
            HttpResponse<String> first = ask(i);
            firsts.add(first);
            controls += isControl(first) ? 1 : 0;
            assertThat(arm(first)).isEqualTo(isControl(first) ? "direct" : "fast-bare");
        }
        // A fair coin: outside of it once in 100,000 tests.
        assertThat(controls).isBetween(36, 84);
        int again = 0;
        for (int i = 0; i < CONVERSATIONS; i += 10) {
            assertThat(arm(goOn(i))).as("its arm, to the end").isEqualTo(arm(firsts.get(i)));
            again++;
        }
        assertThat(arm(ask(1000, "x-fresnel-arm", "fast-bare"))).isEqualTo("fast-bare");
        assertThat(ask(1001, "x-fresnel-explain", "dry-run").statusCode()).isEqualTo(200);
        for (HttpResponse<String> first : firsts) {
            String id = first.headers().firstValue("x-fresnel-request-id").orElseThrow();
            String score = isControl(first) ? "0.9" : "0.6";
            assertThat(gateway.post("/v1/feedback", "{\"request_id\":\"" + id + "\",\"score\":" + score + "}")
                            .statusCode())
                    .as(arm(first))
                    .isEqualTo(200);
        }

        JsonNode total = total();

        assertThat(total.get("conversations").asInt()).isEqualTo(CONVERSATIONS);
        assertThat(total.get("controls").asInt()).isEqualTo(controls);
        assertThat(total.get("requests").asInt()).isEqualTo(CONVERSATIONS + again);
        assertThat(total.get("other_requests").asInt())
                .as("forced by the client")
                .isEqualTo(1);
        assertThat(total.get("outcomes").asInt()).isEqualTo(CONVERSATIONS);
        double spent = 0;
        double direct = 0;
        for (int i = 0; i < CONVERSATIONS; i++) {
            int turns = i % 10 == 0 ? 2 : 1;
            spent += turns * (isControl(firsts.get(i)) ? DIRECT_USD : WORKER_USD);
            direct += turns * DIRECT_USD;
        }
        assertThat(total.at("/spent_usd/value").asDouble()).isCloseTo(spent + WORKER_USD, within(1e-9));
        assertThat(total.at("/saved_usd/low").asDouble()).isLessThan(direct - spent);
        assertThat(total.at("/saved_usd/high").asDouble()).isGreaterThan(direct - spent);
        assertThat(total.get("saved_evidence").asString()).isEqualTo("enough");
        double given = (0.9 * controls + 0.6 * (CONVERSATIONS - controls)) / CONVERSATIONS;
        assertThat(total.at("/quality_difference/value").asDouble()).isCloseTo(given - 0.9, within(1e-9));
        assertThat(total.get("quality_evidence").asString()).isEqualTo("enough");
    }

    @Test
    void saysNotEnough_andKeepsWhatItKnowsOverARestart() throws Exception {
        for (int i = 0; i < 10; i++) {
            ask(i);
        }
        // The last reply is out before its exchange is settled.
        Await.until("all are noted", () -> total().get("conversations").asInt() == 10);
        int controls = total().get("controls").asInt();
        gateway.stop();
        gateway = start();

        JsonNode total = total();

        assertThat(total.get("conversations").asInt()).isEqualTo(10);
        assertThat(total.get("controls").asInt()).isEqualTo(controls);
        assertThat(total.get("saved_evidence").asString()).isEqualTo("not_enough");
        assertThat(total.get("saved_usd").isNull()).isTrue();

        String admin = "http://127.0.0.1:" + gateway.adminPort();
        Shell table = Shell.run("report", "--admin", admin, "--tenant", "acme");
        assertThat(table.code()).as(table.err()).isZero();
        assertThat(table.out()).contains("acme", "smart", "not enough evidence: " + controls + " of the 30 controls");
        Shell csv = Shell.run("report", "--admin", admin, "--format", "csv", "--by", "model");
        assertThat(csv.out()).startsWith("tenant,day,model,spent_usd,counterfactual_usd,counterfactual_usd_low,");
        assertThat(csv.out().lines()).hasSize(3);
        Shell json = Shell.run("report", "--admin", admin, "--format", "json");
        assertThat(JSON.readTree(json.out()).at("/rows/0/model").asString()).isEqualTo("smart");
    }

    @Test
    void saysThatNothingIsCompared_whereNobodyIsAControl() {
        gateway.stop();
        gateway = start("control-share: 0");
        ask(1);
        Await.until("it is noted", () -> total().get("conversations").asInt() == 1);

        JsonNode total = total();

        assertThat(total.get("saved_evidence").asString()).isEqualTo("no_controls");
        assertThat(total.get("saved_why").asString()).contains("control-share is 0", "0.02 or more");
        assertThat(total.get("quality_evidence").asString()).isEqualTo("no_controls");
        assertThat(report())
                .contains("not compared", "acme, saved: not compared: control-share is 0")
                .doesNotContain("not enough");
    }

    @Test
    void saysThatThereWasNothingToDelegate_andNoNoughts() {
        ask(1, "x-fresnel-arm", "direct");
        Await.until("it is noted", () -> total().get("other_requests").asInt() == 1);

        assertThat(report())
                .contains("acme, quality: nothing to state: no conversation was delegable.")
                .containsPattern("all +all +0\\.[0-9]+ +- +- +- +0 of 0")
                .doesNotContain(" 0.0 ", "0.0000");
    }

    private String report() {
        return Shell.run("report", "--admin", "http://127.0.0.1:" + gateway.adminPort())
                .out();
    }

    @Test
    void refusesWhatItCannotAnswer_everythingAtOnce() {
        String admin = "http://127.0.0.1:" + gateway.adminPort();

        Shell wrong = Shell.run(
                "report",
                "--admin",
                admin,
                "--tenant",
                "acne",
                "--from",
                "2026-02-30",
                "--by",
                "week",
                "--format",
                "pdf");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err())
                .contains(
                        "400",
                        "tenant names no tenant; there are acme",
                        "from must be a day",
                        "by must be one of",
                        "format must");

        Shell stranger = Shell.run("report", "--admin", admin, "--tenant", "acne");
        assertThat(stranger.code()).isEqualTo(1);
        assertThat(stranger.err()).contains("404", "tenant names no tenant; there are acme");
        Shell backwards = Shell.run("report", "--admin", admin, "--from", "2026-02-03", "--to", "2026-02-01");
        assertThat(backwards.err()).contains("before it begins");
        Shell nobody = Shell.run("report", "--admin", "127.0.0.1:1");
        assertThat(nobody.code()).isEqualTo(1);
        assertThat(nobody.err()).contains("no gateway answers", "--admin");
    }
}
