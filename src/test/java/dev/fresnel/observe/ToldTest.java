package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import dev.fresnel.testing.TwoModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the gateway tells about itself, in events, metrics and replies, and what it keeps to itself (S24, S25, +6, X1, X4). */
class ToldTest {
    private static final String TASK = "Generate CRUD endpoints for 5 entities";
    private static final String BIG_TASK = chat("smart", TASK);
    private static final String SMALL_TALK = chat("smart", "Hi, how are you?");

    @RegisterExtension
    final TwoModels models = TwoModels.answering(
            LensScripts.smart("from smart", Usage.of(20, 3000)), Script.chat("from cheap", Usage.of(400, 3000)));

    private static String chat(String model, String text) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    private TestGateway gateway(String more) {
        return TestGateway.start(models.yaml("mode: rules\narms: [direct, fast-worker]") + more);
    }

    @Test
    void tellsEveryField_whenARequestIsDelegated() throws IOException {
        try (TestGateway gateway = gateway("")) {
            gateway.chat(BIG_TASK);
            gateway.chat(SMALL_TALK);
            gateway.awaitLogged("request_finished", "no_rule_fired");

            assertThat(fields(gateway.awaitLogged("\"type\":\"delegation_started\"")))
                    .containsExactly(
                            "type",
                            "at",
                            "request_id",
                            "tenant",
                            "task_description",
                            "smart_model",
                            "delegation_model",
                            "arm",
                            "reason",
                            "estimated_tokens",
                            "lens");
            assertThat(gateway.awaitLogged("\"type\":\"delegation_started\""))
                    .contains(
                            "\"smart_model\":\"smart\",\"delegation_model\":\"cheap\",\"arm\":\"fast-worker\"",
                            "multi_part",
                            "[redacted length=" + TASK.length() + " hash=")
                    .doesNotContain("CRUD");
            assertThat(fields(gateway.awaitLogged("\"type\":\"ephemeral_lens_created\"")))
                    .containsExactly(
                            "type",
                            "at",
                            "request_id",
                            "tenant",
                            "key",
                            "lens",
                            "task_scope",
                            "heuristics_count",
                            "patterns_count",
                            "anti_patterns_count",
                            "constraints_count",
                            "examples_count",
                            "generated_by",
                            "template_version",
                            "cache_state",
                            "attempts",
                            "repairs",
                            "input_tokens",
                            "output_tokens",
                            "cost_usd",
                            "ms");
            assertThat(gateway.awaitLogged("\"type\":\"ephemeral_lens_created\""))
                    .contains("\"heuristics_count\":3,\"patterns_count\":3,\"anti_patterns_count\":2")
                    .contains("\"constraints_count\":1,\"examples_count\":0,\"generated_by\":\"smart\"")
                    .contains("\"cache_state\":\"miss\"", "\"input_tokens\":400,\"output_tokens\":350");
            assertThat(fields(gateway.awaitLogged("\"type\":\"delegation_finished\"")))
                    .contains("end", "answered_by", "cost_usd", "lens_cost_usd", "counterfactual_usd", "saved_usd");
            assertThat(fields(gateway.awaitLogged("\"type\":\"delegation_skipped\"")))
                    .contains("reason", "reasons", "would_be", "estimated_tokens");
            assertThat(fields(gateway.awaitLogged("\"type\":\"request_finished\"")))
                    .contains(
                            "path",
                            "status",
                            "end",
                            "error",
                            "arm",
                            "reason",
                            "cost_usd",
                            "lens_cost_usd",
                            "ttft_ms",
                            "total_ms");
            for (String line : gateway.log().lines().toList()) {
                assertThat(fields(line)).as(line).startsWith("type", "at");
            }
        }
    }

    @Test
    void tellsThatALensFailed() {
        models.smart().byDefault(LensScripts.byPurpose(Script.error(400), Script.chat("from smart", Usage.of(5, 5))));
        try (TestGateway gateway = gateway("")) {
            gateway.chat(BIG_TASK);

            assertThat(gateway.awaitLogged("\"type\":\"lens_failed\""))
                    .contains("\"reason\":\"upstream_unavailable\"", "\"attempts\":1", "\"cost_usd\":");
            assertThat(gateway.admin("/metrics")).contains("fresnel_lens_builds_total{result=\"upstream_unavailable\"");
        }
    }

    @Test
    void showsPromptsCut_whenTheConfigSaysSo() {
        String longTask = TASK + " " + "word ".repeat(100);
        try (TestGateway gateway = gateway("events: { prompts: plain }")) {
            gateway.chat(chat("smart", longTask));

            assertThat(gateway.awaitLogged("\"type\":\"delegation_started\""))
                    .contains("\"task_description\":\"" + longTask.substring(0, 200) + "\"");
        }
    }

    @Test
    void keepsTheNewestEventsOnly() throws IOException {
        try (TestGateway gateway = gateway("events: { ring-size: 3 }")) {
            for (int i = 0; i < 5; i++) {
                gateway.chat(SMALL_TALK);
            }
            gateway.chat(BIG_TASK);
            gateway.awaitLogged("\"type\":\"delegation_finished\"");

            String events = gateway.admin("/admin/events");

            assertThat(events.split("\"type\":", -1)).hasSize(4);
            assertThat(events).contains("delegation_finished").startsWith("[").endsWith("]");
            try (JsonParser json = strict().createParser(events)) {
                while (json.nextToken() != null) {
                    // reads to the end, or throws
                }
            }
        }
    }

    @Test
    void goesOn_whenNoEventsAreKept() {
        try (TestGateway gateway = gateway("events: { ring-size: 0 }")) {
            assertThat(gateway.chat(BIG_TASK).statusCode()).isEqualTo(200);
            gateway.awaitLogged("request_finished");
            assertThat(gateway.admin("/admin/events")).isEqualTo("[]");
        }
    }

    @Test
    void tellsThatTheStoreWasDamaged() throws IOException {
        Path store = Files.createTempDirectory("fresnel-test");
        TestGateway first = TestGateway.start(config(""), RelayLimits.DEFAULT, store);
        first.chat(BIG_TASK);
        first.stop();
        for (Path file : files(store)) {
            Files.write(file, new byte[8192]);
        }

        try (TestGateway second = TestGateway.start(config(""), RelayLimits.DEFAULT, store)) {
            assertThat(second.awaitLogged("store_problem")).contains("\"kind\":\"quarantined\"");
            assertThat(second.admin("/admin/events")).contains("store_problem");
            assertThat(second.admin("/metrics")).contains("fresnel_store_problems_total{kind=\"quarantined\"} 1.0");
        }
    }

    private String config(String more) {
        return models.yaml("mode: rules\narms: [direct, fast-worker]") + more;
    }

    @Test
    void whatShouldNeverHappenStandsAtZero_beforeItDoes() {
        try (TestGateway gateway = gateway("")) {
            assertThat(gateway.admin("/metrics"))
                    .contains("fresnel_bypass_total{reason=\"lens_failed\"} 0.0")
                    .contains("fresnel_bypass_total{reason=\"fallback_timeout\"} 0.0")
                    .contains("fresnel_store_problems_total{kind=\"not_writable\"} 0.0")
                    .contains("fresnel_lens_store_failures_total{operation=\"save\"} 0.0");
        }
    }

    @Test
    void costsHaveNoSign_andSavingsDo() {
        try (TestGateway gateway = gateway("")) {
            gateway.chat(BIG_TASK);
            gateway.awaitLogged("request_finished");

            assertThat(gateway.admin("/metrics"))
                    .contains("fresnel_cost_usd_total{tenant=\"acme\"}", "fresnel_lens_cost_usd_total{tenant=\"acme\"}")
                    .containsPattern("fresnel_saved_usd_total\\{sign=\"(gain|loss)\",tenant=\"acme\"}");
        }
    }

    @Test
    void secretsAppearNowhere() throws IOException {
        String tenantKey = "sk-canary-" + UUID.randomUUID();
        String upstreamKey = "sk-canary-" + UUID.randomUUID();
        String clientKey = "sk-canary-" + UUID.randomUUID();
        String inPrompt = "sk-canary-" + UUID.randomUUID();
        String config = """
                upstreams:
                  smart: { base-url: "%s", api-key: "%s" }
                  cheap: { base-url: "%s", api-key: "%s" }
                models:
                  smart: { upstream: smart, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: cheap, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                workers: { fast-worker: { model: cheap } }
                tenants:
                  - { id: acme, keys: ["%s"], routes: [{ match: { model: "smart" }, mode: rules, arms: [fast-worker] }] }
                """.formatted(
                        models.smart().baseUri(), upstreamKey, models.cheap().baseUri(), upstreamKey, tenantKey);
        StringBuilder told = new StringBuilder();
        List<String> stored = new ArrayList<>();
        try (TestGateway gateway = TestGateway.start(config)) {
            String task = chat("smart", TASK + " with key " + inPrompt);
            String auth = "Bearer " + tenantKey;
            tell(told, gateway.chat(task, "authorization", auth, "x-api-key", clientKey));
            tell(told, gateway.chat(task, "authorization", auth, "x-fresnel-explain", "dry-run"));
            tell(told, gateway.chat(task, "authorization", "Bearer " + clientKey));
            tell(told, gateway.chat("{\"model\":\"" + inPrompt, "authorization", auth));
            tell(told, gateway.chat(task, "authorization", auth, "x-fresnel-mode", "none"));
            models.smart().byDefault(Script.reset());
            models.cheap().byDefault(Script.reset());
            tell(told, gateway.chat(task, "authorization", auth));
            tell(
                    told,
                    gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/files"))
                            .header("authorization", auth)
                            .build()));
            gateway.awaitLogged("request_finished", "/v1/files");
            told.append(gateway.admin("/metrics"))
                    .append(gateway.admin("/admin/events"))
                    .append(gateway.admin("/admin/status"))
                    .append(gateway.log());
            gateway.stop();
            for (Path file : files(gateway.store())) {
                stored.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }

        assertThat(told.toString()).contains("ephemeral_lens_created").doesNotContain("sk-canary-");
        assertThat(stored).isNotEmpty().noneMatch(content -> content.contains("sk-canary-"));
    }

    private static void tell(StringBuilder told, HttpResponse<String> reply) {
        told.append(reply.headers().map()).append(reply.body());
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static JsonFactory strict() {
        return JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    /** Names of the object's fields in order; throws for what is not one valid JSON object. */
    private static Set<String> fields(String line) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        try (JsonParser json = strict().createParser(line)) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                names.add(json.currentName());
                json.nextToken();
                json.skipChildren();
            }
            assertThat(json.currentToken()).isEqualTo(JsonToken.END_OBJECT);
            assertThat(json.nextToken()).isNull();
        }
        return names;
    }
}
