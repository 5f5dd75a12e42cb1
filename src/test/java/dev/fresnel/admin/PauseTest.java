package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.RelayLimits;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** H29: the kill switch of a whole gateway, by its admin listener. */
class PauseTest {
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";
    private static final String RULES =
            "mode: rules\narms: [direct, fast-bare]\nrules: { break-even: false, threshold-tokens: 10 }";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    PauseTest() {
        smart.byDefault(Script.chat("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    private String yaml(String route) {
        return TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), route).replace("2s", "60s");
    }

    private String twoTenants() {
        return yaml(RULES).replace("  - id: acme\n", """
                  - id: other
                    keys: ["other-key"]
                    routes: [{ match: { model: "smart" }, mode: rules, arms: [direct, fast-bare],
                      rules: { break-even: false, threshold-tokens: 10 } }]
                  - id: acme
                """);
    }

    @CanIgnoreReturnValue
    private static HttpResponse<String> post(TestGateway gateway, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return gateway.send(request.build());
    }

    private static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("(absent)");
    }

    @Test
    void newRequestsGoDirect_andTheOneUnderWayEndsAsItBegan() throws Exception {
        HeldScript held = new HeldScript(Script.chat("from cheap", Usage.of(20, 300)));
        cheap.reply(held);
        try (TestGateway gateway = TestGateway.start(yaml(RULES));
                ExecutorService client = Executors.newSingleThreadExecutor()) {
            Future<HttpResponse<String>> underWay = client.submit(() -> gateway.chat(TASK));
            held.awaitHeld();

            HttpResponse<String> paused = post(gateway, "/admin/pause", "{\"reason\":\"provider incident\"}");
            HttpResponse<String> direct = gateway.chat(TASK);
            HttpResponse<String> forced = gateway.chat(TASK, "x-fresnel-arm", "fast-bare");
            held.release();

            assertThat(paused.statusCode()).isEqualTo(200);
            assertThat(paused.body())
                    .contains("\"tenant\":null", "\"before\":\"active\"", "\"state\":\"paused\"", "\"stored\":true");
            assertThat(direct.body()).contains("from smart");
            assertThat(header(direct, "x-fresnel-decision")).isEqualTo("direct");
            assertThat(header(direct, "x-fresnel-reason")).isEqualTo("paused");
            assertThat(header(forced, "x-fresnel-reason")).startsWith("paused");
            assertThat(underWay.get().body()).contains("from cheap");
            assertThat(header(underWay.get(), "x-fresnel-decision")).isEqualTo("fast-bare");

            assertThat(post(gateway, "/admin/resume", "").body())
                    .contains("\"before\":\"paused\"", "\"state\":\"active\"");
            assertThat(gateway.chat(TASK).body()).contains("from cheap");
        }
    }

    @Test
    void isToldInEventsMetricsAndStatus() {
        try (TestGateway gateway = TestGateway.start(twoTenants())) {
            post(gateway, "/admin/pause?tenant=acme&reason=too%20dear", "");
            gateway.chat(TASK);

            String event = gateway.awaitLogged("\"delegation_paused\"");
            assertThat(event)
                    .contains("\"tenant\":\"acme\"", "\"by\":\"loopback@127.0.0.1\"", "\"reason\":\"too dear\"")
                    .contains("\"before\":\"active\",\"after\":\"paused\",\"source\":\"admin\"");
            assertThat(gateway.admin("/admin/events"))
                    .contains(event, "\"delegation_skipped\"", "\"reason\":\"paused\"");
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_delegation_paused{tenant=\"acme\"} 1.0",
                            "fresnel_delegation_paused{tenant=\"other\"} 0.0",
                            "fresnel_delegations_skipped_total{reason=\"paused\",tenant=\"acme\"} 1.0");
            assertThat(gateway.admin("/admin/status"))
                    .contains("\"delegation\":{\"state\":\"active\",\"at\":null,\"by\":null,\"reason\":null}")
                    .contains("\"delegation_paused\":true,\"delegation\":{\"state\":\"paused\",\"at\":\"")
                    .contains("\"reason\":\"too dear\"}", "\"delegation_paused\":false");

            post(gateway, "/admin/resume", "{\"tenant\":\"acme\"}");
            assertThat(gateway.awaitLogged("\"delegation_resumed\""))
                    .contains("\"before\":\"paused\",\"after\":\"active\"");
        }
    }

    @Test
    void pausesOneTenant_andLeavesTheOther() {
        try (TestGateway gateway = TestGateway.start(twoTenants())) {
            post(gateway, "/admin/pause", "{\"tenant\":\"acme\"}");

            assertThat(gateway.chat(TASK).body()).contains("from smart");
            assertThat(gateway.chat(TASK, "authorization", "Bearer other-key").body())
                    .contains("from cheap");
        }
    }

    @Test
    void learnsFromWhatWasUnderWay() {
        String adaptive = "mode: adaptive\narms: [direct, fast-bare]";
        try (TestGateway gateway = TestGateway.start(yaml(adaptive))) {
            HttpResponse<String> before = gateway.chat(TASK);
            post(gateway, "/admin/pause", "");
            HttpResponse<String> during = gateway.chat(TASK);

            assertThat(feedback(gateway, header(before, "x-fresnel-request-id")))
                    .contains("\"learned\"");
            assertThat(feedback(gateway, header(during, "x-fresnel-request-id")))
                    .contains("\"not_learning\"");
        }
    }

    private static String feedback(TestGateway gateway, String id) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/feedback"))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"request_id\":\"" + id + "\",\"succeeded\":true}"))
                        .build())
                .body();
    }

    @Test
    void survivesARestart(@TempDir Path store) {
        TestGateway first = TestGateway.start(yaml(RULES), RelayLimits.DEFAULT, store);
        post(first, "/admin/pause", "{\"reason\":\"until further notice\"}");
        first.stop();

        try (TestGateway second = TestGateway.start(yaml(RULES), RelayLimits.DEFAULT, store)) {
            assertThat(header(second.chat(TASK), "x-fresnel-reason")).isEqualTo("paused");
            assertThat(second.awaitLogged("\"delegation_paused\""))
                    .contains("\"source\":\"store\"", "until further notice");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /admin/pause?tenant=nobody         |                          | tenant names no tenant; there are acme
            /admin/pause?tenant=!              |                          | tenant names no tenant
            /admin/pause?tenants=acme          |                          | 'tenants' is not known; there are tenant, reason
            /admin/pause?tenant=acme           | {"tenant":"other"}       | tenant is given twice
            /admin/pause                       | {"tenant":["acme"]}      | tenant must be text
            /admin/pause                       | [1]                      | must be a JSON object
            /admin/pause                       | {"reason":               | not valid JSON
            /admin/pause                       | {} {}                    | nothing after it
            /admin/resume?reason=a%0Ab         |                          | without control characters
            """)
    void refusesWhatItDoesNotUnderstand_andChangesNothing(String path, String body, String problem) {
        try (TestGateway gateway = TestGateway.start(yaml(RULES))) {
            HttpResponse<String> reply = post(gateway, path, body == null ? "" : body);

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.body()).contains(problem);
            assertThat(gateway.chat(TASK).body()).contains("from cheap");
        }
    }

    @Test
    void namesEveryProblemAtOnce() {
        try (TestGateway gateway = TestGateway.start(yaml(RULES))) {
            assertThat(post(gateway, "/admin/pause?tenant=x&why=y", "{\"reason\":\"\"}")
                            .body())
                    .contains("\"parameter\":\"tenant\"", "\"parameter\":\"why\"", "\"parameter\":\"reason\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/pause", "/admin/resume"})
    void demandsTheTokenAndAPlainClient(String path) {
        String locked =
                "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", admin-token: secret }\n" + yaml(RULES);
        try (TestGateway gateway = TestGateway.start(locked)) {
            assertThat(post(gateway, path, "").statusCode()).isEqualTo(401);
            assertThat(post(gateway, path, "", "authorization", "Bearer secre").statusCode())
                    .isEqualTo(401);
            HttpResponse<String> page =
                    post(gateway, path, "", "authorization", "Bearer secret", "origin", "http://127.0.0.1:3000");
            assertThat(page.statusCode()).isEqualTo(403);
            assertThat(gateway.adminReply(path, "authorization", "Bearer secret")
                            .statusCode())
                    .isEqualTo(405);
            assertThat(gateway.logged("\"delegation_")).isEmpty();

            assertThat(post(gateway, path, "", "authorization", "Bearer secret").body())
                    .contains("\"by\":\"admin-token@127.0.0.1\"");
        }
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        try (TestGateway gateway = TestGateway.start(yaml(RULES))) {
            assertThat(post(gateway, "/admin/pause", "x".repeat(10_000)).statusCode())
                    .isEqualTo(413);
        }
    }
}
