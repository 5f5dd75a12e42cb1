package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.HeldScript;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** +6, H22, S39: what an operator sees of lenses and can do to them. */
class LensRequestsTest {
    private static final String ROUTE = "mode: adaptive\narms: [direct, fast-worker]";
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Write CRUD endpoints for 5 entities\"}]}";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    LensRequestsTest() {
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void listsLensesWithTheirRecords_andTheirWordsOnRequestOnly() {
        try (TestGateway gateway = gateway("")) {
            HttpResponse<String> reply = delegated(gateway);
            judge(gateway, reply, false);

            String list = gateway.admin("/admin/lenses?tenant=acme");
            String withText = gateway.admin("/admin/lenses?tenant=acme&text=true");

            assertThat(list)
                    .contains("\"tenant\":\"acme\"", "\"state\":\"fresh\"", "\"lens\":\"" + lens(reply) + "\"")
                    .contains("\"retirements\":0", "\"building\":[]")
                    .doesNotContain("CRUD", "Validate");
            assertThat(withText).contains("\"task_scope\":\"CRUD endpoints", "Validate every request body");
            assertThat(gateway.adminReply("/admin/lenses").statusCode()).isEqualTo(400);
            assertThat(gateway.adminReply("/admin/lenses?tenant=a/b").statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void retiresALens_andTheNextVersionIsMadeFromIt() {
        try (TestGateway gateway = gateway("")) {
            String first = lens(delegated(gateway));
            smart.byDefault(LensScripts.smartWith(
                    LensScripts.LENS.replace("Page every list", "Log refusals"), "from smart", Usage.of(20, 300)));

            HttpResponse<String> done = change(gateway, "PUT", "/admin/lenses/acme/" + key(gateway) + "/retired");

            assertThat(done.statusCode()).isEqualTo(200);
            assertThat(gateway.admin("/admin/lenses?tenant=acme"))
                    .contains("\"state\":\"retired\"", "\"retirements\":1");
            assertThat(gateway.awaitLogged("admin_action", "lens_retired"))
                    .contains("\"tenant\":\"acme\"", "\"subject\":\"" + first + "\"", "\"by\":\"loopback@127.0.0.1\"");
            HttpResponse<String> next = delegated(gateway);
            assertThat(header(next, "x-fresnel-lens")).endsWith("; built");
            assertThat(lens(next)).isNotEqualTo(first);
        }
    }

    @Test
    void forgetsALens_andTheNextRequestHasItWrittenAnew() {
        try (TestGateway gateway = gateway("")) {
            var _ = delegated(gateway);

            HttpResponse<String> done = change(gateway, "DELETE", "/admin/lenses/acme/" + key(gateway));

            assertThat(done.statusCode()).isEqualTo(200);
            assertThat(gateway.admin("/admin/lenses?tenant=acme")).contains("\"lenses\":[]");
            gateway.awaitLogged("admin_action", "lens_forgotten");
            assertThat(header(delegated(gateway), "x-fresnel-lens")).endsWith("; built");
        }
    }

    @Test
    void forgetsEverythingOfATenant() {
        try (TestGateway gateway = gateway("")) {
            var _ = delegated(gateway);

            HttpResponse<String> done = change(gateway, "DELETE", "/admin/lenses/acme");

            assertThat(done.body()).isEqualTo("{\"lenses_removed\":1}");
            assertThat(gateway.admin("/admin/lenses?tenant=acme")).contains("\"lenses\":[]");
            assertThat(gateway.awaitLogged("admin_action", "lenses_purged")).contains("\"subject\":\"1\"");
            assertThat(gateway.admin("/admin/events")).contains("lenses_purged");
        }
    }

    @Test
    void showsAndCancelsAWritingThatRuns_andItsRequestGoesOnWithoutALens() throws Exception {
        HeldScript held = new HeldScript(LensScripts.lens(LensScripts.LENS));
        smart.byDefault(LensScripts.byPurpose(held, Script.chat("from smart", Usage.of(20, 300))));
        try (TestGateway gateway = gateway("")) {
            CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> delegated(gateway));
            Await.until(
                    "a writing",
                    () -> gateway.admin("/admin/lenses?tenant=acme").contains("\"cache_state\":\"miss\""));
            String running = gateway.admin("/admin/lenses?tenant=acme");
            String key = running.substring(running.indexOf("\"building\"")).replaceAll("(?s).*?([0-9a-f]{64}).*", "$1");

            HttpResponse<String> done = change(gateway, "DELETE", "/admin/lenses/acme/" + key + "/build");

            assertThat(done.statusCode()).isEqualTo(200);
            HttpResponse<String> reply = waiting.get(20, TimeUnit.SECONDS);
            assertThat(header(reply, "x-fresnel-decision")).isEqualTo("direct");
            assertThat(reply.body()).contains("from smart");
            gateway.awaitLogged("admin_action", "lens_build_cancelled");
            held.release();
            assertThat(gateway.awaitLogged("\"type\":\"lens_failed\""))
                    .contains("\"reason\":\"cancelled\"", "\"output_tokens\":350");
            assertThat(gateway.admin("/admin/lenses?tenant=acme")).contains("\"lenses\":[]", "\"building\":[]");
        }
    }

    @Test
    void answers404_whenThereIsNothingToDo() {
        try (TestGateway gateway = gateway("")) {
            for (String path : new String[] {
                "/admin/lenses/acme/" + "0".repeat(64) + "/build", "/admin/lenses/acme/xyz", "/admin/lenses/a%20b"
            }) {
                assertThat(change(gateway, "DELETE", path).statusCode())
                        .as(path)
                        .isEqualTo(404);
            }
            assertThat(change(gateway, "PUT", "/admin/lenses/acme/" + "0".repeat(64) + "/retired")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(change(gateway, "DELETE", "/admin/lenses").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void saysWhichTenantsThereAre_whenNoneHasTheName() {
        try (TestGateway gateway = gateway("")) {
            assertThat(gateway.admin("/admin/lenses?tenant=acme")).contains("\"lenses\":[]");
            String key = "0".repeat(64);

            List.of(
                            gateway.adminReply("/admin/lenses?tenant=acem"),
                            change(gateway, "DELETE", "/admin/lenses/acem"),
                            change(gateway, "DELETE", "/admin/lenses/acem/" + key),
                            change(gateway, "PUT", "/admin/lenses/acem/" + key + "/retired"))
                    .forEach(reply -> {
                        assertThat(reply.statusCode()).isEqualTo(404);
                        assertThat(reply.body()).contains("No tenant is called 'acem'", "there are acme.");
                    });
            assertThat(gateway.admin("/admin/events")).doesNotContain("admin_action");
        }
    }

    /** What an earlier config left behind can still be seen and forgotten. */
    @Test
    void knowsATenantThatTheConfigNoLongerHas_asLongAsItHasLenses(@TempDir Path directory) {
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ROUTE);
        try (TestGateway before = TestGateway.withStore(store(directory), yaml)) {
            var _ = delegated(before);
        }
        try (TestGateway after = TestGateway.withStore(store(directory), yaml.replace("acme", "heir"))) {
            assertThat(after.admin("/admin/lenses?tenant=acme")).contains("\"state\":\"fresh\"");

            assertThat(change(after, "DELETE", "/admin/lenses/acme").body()).isEqualTo("{\"lenses_removed\":1}");

            assertThat(after.adminReply("/admin/lenses?tenant=acme").statusCode())
                    .isEqualTo(404);
        }
    }

    private static String store(Path directory) {
        return "store: { embedded: \"" + directory + "\" }";
    }

    @Test
    void demandsTheToken() {
        try (TestGateway gateway =
                gateway("listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", admin-token: \"secret\" }\n")) {
            assertThat(gateway.adminReply("/admin/lenses?tenant=acme").statusCode())
                    .isEqualTo(401);
            assertThat(change(gateway, "DELETE", "/admin/lenses/acme").statusCode())
                    .isEqualTo(401);
            assertThat(change(gateway, "DELETE", "/admin/lenses/acme", "authorization", "Bearer secret")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(gateway.awaitLogged("admin_action")).contains("\"by\":\"admin-token@127.0.0.1\"");
        }
    }

    private TestGateway gateway(String listen) {
        return TestGateway.start(listen + TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ROUTE));
    }

    private static HttpResponse<String> delegated(TestGateway gateway) {
        return gateway.chat(TASK, "x-fresnel-arm", "fast-worker");
    }

    private static void judge(TestGateway gateway, HttpResponse<String> reply, boolean succeeded) {
        HttpRequest feedback = HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/feedback"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"request_id\":\"" + header(reply, "x-fresnel-request-id")
                        + "\",\"succeeded\":" + succeeded + "}"))
                .build();
        assertThat(gateway.send(feedback).body()).contains("learned");
    }

    private static HttpResponse<String> change(TestGateway gateway, String method, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return gateway.send(request.build());
    }

    private static String key(TestGateway gateway) {
        Matcher key = Pattern.compile("\"key\":\"([0-9a-f]{64})\"").matcher(gateway.admin("/admin/lenses?tenant=acme"));
        assertThat(key.find()).isTrue();
        return key.group(1);
    }

    private static String lens(HttpResponse<String> reply) {
        String lens = header(reply, "x-fresnel-lens");
        return lens.substring(0, lens.indexOf(';'));
    }

    private static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("(absent)");
    }
}
