package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.seed.LogExport;
import dev.fresnel.seed.SeedRow;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import dev.fresnel.testing.TwoModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** H23: a whole gateway that starts from rows, and one that starts from what another has learned. */
class ColdStartGatewayTest {
    private static final String ADAPTIVE =
            "mode: adaptive\narms: [direct, fast-bare]\nlearned: { features: [task-kind, model-tier, repo] }";

    @TempDir
    private Path folder;

    @RegisterExtension
    final TwoModels models = TwoModels.answering(
            Script.chat("from smart", Usage.of(20, 300)), Script.chat("from cheap", Usage.of(20, 300)));

    private TestGateway gateway(String more) {
        return TestGateway.start(models.yaml(ADAPTIVE) + more);
    }

    private static String seedFrom(Path file) {
        return "policy: { cold-start: { seed-from: \"" + file + "\" } }\n";
    }

    private Path rows(int count, boolean succeeded) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("{\"schema\":1,\"id\":\"")
                    .append(i)
                    .append(
                            "\",\"source\":\"test\",\"features\":{\"task_kind\":\"debug\",\"parent_model_tier\":\"large\"},"
                                    + "\"dispatch\":[\"delegate\",\"fast-bare\"],\"succeeded\":" + succeeded + "}\n");
        }
        Path file = folder.resolve("rows-" + succeeded + ".jsonl");
        Files.writeString(file, text);
        return file;
    }

    /** What the gateway believes of the worker for tasks of a kind, before it has seen any. */
    private static double believed(TestGateway gateway, String kind) {
        String trace = gateway.chat(
                        "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}",
                        "x-fresnel-task-kind",
                        kind,
                        "x-fresnel-explain",
                        "dry-run")
                .body();
        Matcher quality =
                Pattern.compile("\"arm\":\"fast-bare\",\"quality\":([0-9.]+)").matcher(trace);
        assertThat(quality.find()).as(trace).isTrue();
        return Double.parseDouble(quality.group(1));
    }

    @Test
    void believesTheRows_fromItsFirstDecision_andForTheirTasksMost() throws IOException {
        double cold;
        try (TestGateway gateway = gateway("")) {
            cold = believed(gateway, "debug");
            assertThat(gateway.admin("/admin/status")).contains("\"cold_start\":{\"seed_from\":null,\"read\":false");
        }
        try (TestGateway gateway = gateway(seedFrom(rows(20, false)))) {
            double told = believed(gateway, "debug");
            assertThat(told).isLessThan(cold - 0.2);
            assertThat(believed(gateway, "translate")).isGreaterThan(told);
            assertThat(gateway.admin("/admin/status"))
                    .contains(
                            "\"read\":true,\"rows\":20,\"used\":20,\"unknown_arms\":0,\"elsewhere\":0,\"duplicates\":0,\"bad_lines\":0");
        }
        try (TestGateway gateway = gateway(seedFrom(rows(20, true)))) {
            assertThat(believed(gateway, "debug")).isGreaterThan(cold);
        }
    }

    @Test
    void countsRowsOnce_howeverOftenItIsStarted() throws IOException {
        String yaml = models.yaml(ADAPTIVE) + seedFrom(rows(3, false));
        Path store = folder.resolve("store");
        double once = Double.NaN;
        for (int start = 0; start < 3; start++) {
            TestGateway gateway = TestGateway.start(yaml, RelayLimits.DEFAULT, store);
            double believed = believed(gateway, "debug");
            once = start == 0 ? believed : once;
            assertThat(believed).isCloseTo(once, org.assertj.core.api.Assertions.within(1e-4));
            gateway.stop();
        }
    }

    @Test
    void startsAndServes_whenTheFileIsMissing() {
        try (TestGateway gateway = gateway(seedFrom(folder.resolve("none.jsonl")))) {
            assertThat(gateway.chat("{\"model\":\"smart\",\"messages\":[]}").statusCode())
                    .isEqualTo(200);
            assertThat(gateway.admin("/admin/status")).contains("none.jsonl\",\"read\":false,\"rows\":0");
        }
    }

    /** Round trip: outcomes to log, log to rows, rows to another gateway. */
    @Test
    void startsFromWhatAnotherGatewayHasLearned() throws IOException {
        Path log = folder.resolve("decisions.jsonl");
        try (TestGateway first = gateway("events: { decision-log: \"" + log + "\" }\n")) {
            for (int i = 0; i < 40; i++) {
                HttpResponse<String> reply = first.chat(
                        "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Task " + i + "\"}]}",
                        "x-fresnel-task-kind",
                        "debug",
                        "x-fresnel-arm",
                        "fast-bare");
                String id = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
                assertThat(first.send(HttpRequest.newBuilder(URI.create(first.baseUrl() + "/feedback"))
                                        .POST(HttpRequest.BodyPublishers.ofString(
                                                "{\"request_id\":\"" + id + "\",\"succeeded\":false}"))
                                        .build())
                                .body())
                        .contains("\"learned\"");
            }
        }
        LogExport export = LogExport.of(log);
        assertThat(export.problems()).isEmpty();
        assertThat(export.rows()).hasSize(40).allSatisfy(row -> {
            assertThat(row.reward()).hasValue(0);
            assertThat(row.arm()).hasToString("fast-bare");
        });
        Path rows = folder.resolve("rows.jsonl");
        Files.write(rows, export.rows().stream().map(SeedRow::json).toList());

        double cold;
        try (TestGateway second = gateway("")) {
            cold = believed(second, "debug");
        }
        try (TestGateway second = gateway(seedFrom(rows))) {
            assertThat(believed(second, "debug")).isLessThan(cold - 0.2);
            assertThat(second.admin("/admin/status")).contains("\"rows\":40,\"used\":40");
        }
    }
}
