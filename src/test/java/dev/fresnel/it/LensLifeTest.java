package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** S39: a lens that makes answers worse is found out by their outcomes, rewritten, and in the end given up. */
class LensLifeTest {
    private static final String ADAPTIVE = "mode: adaptive\narms: [direct, fast-worker, fast-bare]";
    private static final String FIRST = "Validate every request body";
    private static final int ENOUGH = 20;
    private static final AtomicInteger BODIES = new AtomicInteger();

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final AtomicInteger lenses = new AtomicInteger();

    LensLifeTest() {
        smart.byDefault(LensScripts.byPurpose(
                Script.byRequest(_ -> LensScripts.lens(
                        lenses.getAndIncrement() == 0
                                ? LensScripts.LENS
                                : LensScripts.LENS.replace(FIRST, "Log refusals"))),
                Script.chat("from smart", Usage.of(20, 300))));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void aLensThatHurtsIsRewritten_thenGivenUp_andARunningConversationKeepsItsVersion() {
        try (TestGateway gateway =
                TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE))) {
            HttpResponse<String> conversation = with(gateway, "x-fresnel-session", "long");
            String first = lens(conversation);
            judged(gateway, "fast-bare", true, 30);
            judged(gateway, "fast-worker", false, ENOUGH);

            gateway.awaitLogged("lens_retired", first, "\"next\":\"refresh\"", "\"compared_with\":\"bare\"");
            HttpResponse<String> rewritten = with(gateway);
            assertThat(header(rewritten, "x-fresnel-lens")).endsWith("; built");
            String second = lens(rewritten);
            assertThat(second).isNotEqualTo(first);
            assertThat(lensCalls().getLast()).as("the old items are shown").contains("turned out worse", FIRST);

            assertThat(lens(with(gateway, "x-fresnel-session", "long")))
                    .as("a running conversation keeps its version")
                    .isEqualTo(first);

            judged(gateway, "fast-worker", false, ENOUGH);
            gateway.awaitLogged("lens_retired", second, "\"next\":\"leave\"");
            HttpResponse<String> after = with(gateway);
            assertThat(header(after, "x-fresnel-decision")).isEqualTo("direct");
            assertThat(header(after, "x-fresnel-reason")).isEqualTo("lens_retired, client_arm");
            assertThat(lensCalls()).as("no third version").hasSize(2);
            assertThat(header(with(gateway, "x-fresnel-session", "long"), "x-fresnel-decision"))
                    .isEqualTo("fast-worker");
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_lens_retired_total{next=\"refresh\"} 1.0",
                            "fresnel_lens_retired_total{next=\"leave\"} 1.0");
        }
    }

    @Test
    void thePolicyChoosesAmongTheRest_whenALensIsGivenUp() {
        try (TestGateway gateway =
                TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE))) {
            var _ = with(gateway);
            judged(gateway, "fast-bare", true, 30);
            judged(gateway, "fast-worker", false, ENOUGH);
            var _ = with(gateway);
            judged(gateway, "fast-worker", false, ENOUGH);
            gateway.awaitLogged("\"next\":\"leave\"");

            HttpResponse<String> dry = gateway.chat(body(), "x-fresnel-explain", "dry-run");

            assertThat(dry.body()).contains("lens_retired");
            for (int i = 0; i < 20; i++) {
                assertThat(header(gateway.chat(body()), "x-fresnel-decision")).isIn("direct", "fast-bare");
            }
        }
    }

    @Test
    void whatWasRetiredStaysSo_whenTheGatewayIsStartedAgain() {
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE);
        TestGateway before = TestGateway.start(yaml);
        var _ = with(before);
        judged(before, "fast-bare", true, 30);
        judged(before, "fast-worker", false, ENOUGH);
        var _ = with(before);
        judged(before, "fast-worker", false, ENOUGH);
        before.awaitLogged("\"next\":\"leave\"");
        before.stop();

        try (TestGateway after = TestGateway.start(yaml, dev.fresnel.exchange.RelayLimits.DEFAULT, before.store())) {
            assertThat(header(with(after), "x-fresnel-reason")).isEqualTo("client_arm, lens_retired");
            assertThat(header(with(after), "x-fresnel-reason"))
                    .as("known before the decision from now on")
                    .isEqualTo("lens_retired, client_arm");
        }
    }

    /** Memory is empty after a start, so the decision does not know of the lens; it is found in time all the same. */
    @Test
    void aLensFoundInTheStoreMakesItsWorkersAnswer_aWorkersOutcome(@TempDir Path directory) {
        Path log = directory.resolve("decisions.jsonl");
        String yaml =
                TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ADAPTIVE + "\nlens: { build: background }")
                        + "policy: { horizon: 100ms }\nevents: { decision-log: \"" + log + "\" }\n";
        TestGateway before = TestGateway.start(yaml);
        assertThat(header(with(before), "x-fresnel-decision")).isEqualTo("direct");
        before.awaitLogged("ephemeral_lens_created");
        before.stop();

        try (TestGateway after = TestGateway.start(yaml, dev.fresnel.exchange.RelayLimits.DEFAULT, before.store())) {
            HttpResponse<String> reply = with(after);

            assertThat(header(reply, "x-fresnel-lens")).endsWith("; hit");
            String id = header(reply, "x-fresnel-request-id");
            Await.until("its outcome", () -> lines(log).stream().anyMatch(line -> line.contains(id)));
            assertThat(lines(log).stream()
                            .filter(line -> line.contains(id))
                            .findFirst()
                            .orElseThrow())
                    .contains("\"arm\":\"fast-worker\"", "\"why\":\"clean\"")
                    .containsPattern(
                            "\"arms\":\\[\"direct\",\"fast-worker\",\"fast-bare\"],\"p\":\\[0\\.0,1\\.0,0\\.0]");
            assertThat(header(with(after), "x-fresnel-lens"))
                    .as("and from memory from now on")
                    .endsWith("; hit");
        }
    }

    private static List<String> lines(Path log) {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse<String> with(TestGateway gateway, String... more) {
        String[] headers = new String[more.length + 2];
        headers[0] = "x-fresnel-arm";
        headers[1] = "fast-worker";
        System.arraycopy(more, 0, headers, 2, more.length);
        return gateway.chat(body(), headers);
    }

    /** Asks the arm and judges its answers. */
    private static void judged(TestGateway gateway, String arm, boolean succeeded, int times) {
        for (int i = 0; i < times; i++) {
            HttpResponse<String> reply = gateway.chat(body(), "x-fresnel-arm", arm);
            assertThat(header(reply, "x-fresnel-decision")).isEqualTo(arm);
            HttpRequest feedback = HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/feedback"))
                    .POST(HttpRequest.BodyPublishers.ofString("{\"request_id\":\""
                            + header(reply, "x-fresnel-request-id") + "\",\"succeeded\":" + succeeded + "}"))
                    .build();
            assertThat(gateway.send(feedback).body()).contains("\"status\":\"learned\"");
        }
    }

    private List<String> lensCalls() {
        return smart.requests().stream()
                .filter(LensScripts::isLensCall)
                .map(RecordedRequest::bodyText)
                .toList();
    }

    /** Never the same bytes twice, which would be a sign that the answer before was no good. */
    private static String body() {
        return "{\"model\":\"smart\",\"user\":\"u" + BODIES.getAndIncrement()
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Write CRUD endpoints for 5 entities\"}]}";
    }

    private static String lens(HttpResponse<String> reply) {
        String lens = header(reply, "x-fresnel-lens");
        return lens.substring(0, lens.indexOf(';'));
    }

    private static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("(absent)");
    }
}
