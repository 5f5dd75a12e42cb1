package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Framing;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** O1, O2, T5: config files that change while requests run. */
class ReloadTest {
    private static final String BODY = "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAMED = BODY.replace("{\"model\"", "{\"stream\":true,\"model\"");
    private static final int STREAMS = 200;

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream first = FakeUpstream.start(vertx);
    private final FakeUpstream second = FakeUpstream.start(vertx);
    private final Queue<Runnable> halves = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void answer() {
        first.byDefault(Script.chat("from first", Usage.of(20, 3)));
        second.byDefault(Script.chat("from second", Usage.of(20, 3)));
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        Await.result(vertx.close());
    }

    @Test
    void oneTenantChanges_andNoneOf200RunningStreamsBreaks() {
        write("fresnel.yaml", main(first));
        write("tenants.d/acme.yaml", tenant("acme", "k-acme", "fast-bare", "off"));
        write("tenants.d/globex.yaml", tenant("globex", "k-globex", "fast-bare", "off"));
        first.byDefault(halfAtOnce());
        try (TestGateway gateway = TestGateway.watching(folder);
                HttpClient http = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                running.add(http.sendAsync(
                        request(gateway, STREAMED, i % 2 == 0 ? "k-acme" : "k-globex"),
                        HttpResponse.BodyHandlers.ofString()));
            }
            Await.until("all are answered half", () -> halves.size() == STREAMS);
            String before = version(gateway, "k-globex");

            write("tenants.d/acme.yaml", tenant("acme", "k-acme", "fast-bare", "rules"));
            awaitOtherVersion(gateway, before);

            assertThat(gateway.chat(BODY, "authorization", "Bearer k-acme", "x-fresnel-arm", "fast-bare")
                            .body())
                    .as("acme may delegate now")
                    .contains("from second");
            first.byDefault(Script.chat("from first", Usage.of(20, 3)));
            assertThat(gateway.chat(BODY, "authorization", "Bearer k-globex").body())
                    .contains("from first");
            halves.forEach(Runnable::run);
            for (CompletableFuture<HttpResponse<String>> stream : running) {
                HttpResponse<String> reply = stream.join();
                assertThat(reply.statusCode()).isEqualTo(200);
                assertThat(reply.body()).contains("\"content\":\"wor").endsWith("data: [DONE]\n\n");
                assertThat(reply.headers().firstValue("x-fresnel-config")).contains(before);
            }
        }
    }

    @Test
    void anotherAddress_isUsedByLaterRequests_andTheOldConnectionsGo() {
        write("fresnel.yaml", main(first) + "tenants: [{ id: acme }]\n");
        first.reply(halfAtOnce());
        try (TestGateway gateway = TestGateway.watching(folder);
                HttpClient http = HttpClient.newHttpClient()) {
            CompletableFuture<HttpResponse<String>> running =
                    http.sendAsync(request(gateway, STREAMED, "any"), HttpResponse.BodyHandlers.ofString());
            Await.until("it is answered half", () -> halves.size() == 1);

            write("fresnel.yaml", main(second) + "tenants: [{ id: acme }]\n");
            Await.until("the other one answers", () -> gateway.chat(BODY).body().contains("from second"));

            halves.forEach(Runnable::run);
            assertThat(running.join().body()).endsWith("data: [DONE]\n\n");
            Await.until("no connection is left", () -> first.connections() == 0);
        }
    }

    @Test
    void aBrokenFileChangesNothing_andIsExplained_untilItIsMended() {
        write("fresnel.yaml", main(first));
        write("tenants.d/acme.yaml", tenant("acme", "k-acme", "fast-bare", "off"));
        try (TestGateway gateway = TestGateway.watching(folder)) {
            String before = version(gateway, "k-acme");

            write("tenants.d/acme.yaml", "id: acme\nkeys: [k-other]\nroutes: [{ mode: always }]\n");
            String event = gateway.awaitLogged("config_rejected");

            assertThat(event)
                    .contains("\"in_force\":\"" + before + "\"")
                    .contains(folder.resolve("tenants.d/acme.yaml") + ":3:18 routes[0].mode: must be one of")
                    .doesNotContain("k-other");
            assertThat(gateway.admin("/admin/status"))
                    .contains("\"config\":{\"version\":\"" + before + "\"", "\"files_rejected\":true", "\"line\":3");
            assertThat(gateway.admin("/metrics"))
                    .contains("fresnel_config_rejected 1.0", "fresnel_config_info{version=\"" + before + "\"} 1");
            assertThat(status(gateway, "k-acme")).isEqualTo(200);
            assertThat(status(gateway, "k-other")).isEqualTo(401);

            write("tenants.d/acme.yaml", tenant("acme", "k-other", "fast-bare", "shadow"));
            gateway.awaitLogged("config_applied");

            assertThat(status(gateway, "k-other")).isEqualTo(200);
            assertThat(gateway.admin("/metrics"))
                    .contains(
                            "fresnel_config_rejected 0.0",
                            "fresnel_config_reloads_total{result=\"rejected\"} 1.0",
                            "fresnel_config_reloads_total{result=\"applied\"} 1.0")
                    .doesNotContain(before);
        }
    }

    /** Two keys overlap; the old one then goes, in the file or in a file that it names. */
    @Test
    void keysAreRotated() {
        write("fresnel.yaml", main(first) + "tenants: [{ id: acme, keys: [old, \"file:secret\"] }]\n");
        write("secret", "from-file-1\n");
        try (TestGateway gateway = TestGateway.watching(folder)) {
            assertThat(status(gateway, "old")).isEqualTo(200);
            assertThat(status(gateway, "from-file-1")).isEqualTo(200);

            write("secret", "from-file-2\n");
            Await.until("the new one opens", () -> status(gateway, "from-file-2") == 200);
            assertThat(status(gateway, "from-file-1")).isEqualTo(401);
            assertThat(status(gateway, "old")).isEqualTo(200);

            write("fresnel.yaml", main(first) + "tenants: [{ id: acme, keys: [\"file:secret\"] }]\n");
            Await.until("the old one is revoked", () -> status(gateway, "old") == 401);
            assertThat(status(gateway, "from-file-2")).isEqualTo(200);
            assertThat(gateway.log()).doesNotContain("from-file");
        }
    }

    /** T5: an issued key's name, which a later config gives to another key. */
    @Test
    void aKeyThatIsCalledAsAnIssuedOne_isWarnedOf_andSharesItsBudget() {
        String named =
                "tenants: [{ id: acme, keys: [{ key: of-the-file, name: %s, budget: { daily: 0 } }, { key: of-another, name: another }],"
                        + " routes: [{ match: { model: smart } }] }]\n";
        write("fresnel.yaml", main(first) + named.formatted("file"));
        try (TestGateway gateway = TestGateway.watching(folder)) {
            String issued = gateway.send(HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/keys"))
                            .POST(HttpRequest.BodyPublishers.ofString("{\"tenant\":\"acme\",\"name\":\"ci\"}"))
                            .build())
                    .body()
                    .replaceFirst(".*\"key\":\"(fk-[^\"]*)\".*", "$1");
            assertThat(gateway.send(request(gateway, BODY, issued)).statusCode())
                    .isEqualTo(200);

            write("fresnel.yaml", main(first) + named.formatted("ci"));
            String event = gateway.awaitLogged("config_applied");

            String warning = "has a key 'ci' of the tenant acme, as a key is called that was issued at run time";
            assertThat(event)
                    .contains(warning, "is a secret written into this file")
                    .doesNotContain(issued);
            assertThat(gateway.admin("/admin/status")).contains("\"files_rejected\":false", warning);
            assertThat(gateway.send(request(gateway, BODY, "of-the-file")).body())
                    .contains("The daily budget of the key 'ci'");
            assertThat(gateway.send(request(gateway, BODY, issued)).body())
                    .as("what the file's key may not spend, no other key of its name may")
                    .contains("The daily budget of the key 'ci'");
            assertThat(gateway.send(request(gateway, BODY, "of-another")).statusCode())
                    .isEqualTo(200);

            write("fresnel.yaml", main(first) + named.formatted("file"));
            Await.until(
                    "the names differ again",
                    () -> !gateway.admin("/admin/config").contains(warning));
            assertThat(gateway.send(request(gateway, BODY, issued)).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void aChangeWhileTheGatewayStarts_isTakenOver() {
        write("fresnel.yaml", main(first) + "tenants: [{ id: acme, keys: [k1] }]\n");
        Runnable revoke = () -> write("fresnel.yaml", main(first) + "tenants: [{ id: acme, keys: [k2] }]\n");
        try (TestGateway gateway = TestGateway.watching(folder, revoke)) {
            Await.until("the other key opens", () -> status(gateway, "k2") == 200);
            assertThat(status(gateway, "k1")).isEqualTo(401);
        }
    }

    @Test
    void whatOnlyAStartCanTakeOver_isNamed_andTheRestIsInForce() {
        write("fresnel.yaml", main(first) + "tenants: [{ id: acme, keys: [k1] }]\n");
        try (TestGateway gateway = TestGateway.watching(folder)) {
            String changed = main(first).replace("data: \"127.0.0.1:0\"", "data: \"127.0.0.1:1\"")
                    + "tenants: [{ id: acme, keys: [k2] }]\npolicy: { floor: 0.05 }\n";
            write("fresnel.yaml", changed);

            assertThat(gateway.awaitLogged("config_applied")).contains("\"needs_restart\":[\"listen\",\"policy\"]");
            assertThat(gateway.admin("/admin/status")).contains("\"needs_restart\":[\"listen\",\"policy\"]");
            assertThat(status(gateway, "k2")).isEqualTo(200);
            assertThat(status(gateway, "k1")).isEqualTo(401);
        }
    }

    /** The files alone would be fine: they name a loopback address, which this process does not listen on. */
    @Test
    void aTenantWithoutKeysIsRefused_whereOtherMachinesReachUs() {
        String everywhere = main(first).replace("data: \"127.0.0.1:0\"", "data: \"0.0.0.0:0\"");
        write("fresnel.yaml", everywhere + "tenants: [{ id: acme, keys: [k1] }]\n");
        try (TestGateway gateway = TestGateway.watching(folder)) {
            write("fresnel.yaml", main(first) + "tenants: [{ id: acme, keys: [k1] }, { id: open }]\n");

            assertThat(gateway.awaitLogged("config_rejected"))
                    .contains("fresnel.yaml tenants: opens the tenant open to other machines");
            assertThat(status(gateway, "nobody's")).isEqualTo(401);
            assertThat(status(gateway, "k1")).isEqualTo(200);
        }
    }

    /** A tenant that is new can be paused, and shows in the metrics; one that is gone does not. */
    @Test
    void newTenantsArePausedAndMeasured() {
        write("fresnel.yaml", main(first));
        write("tenants.d/acme.yaml", tenant("acme", "k-acme", "fast-bare", "off"));
        try (TestGateway gateway = TestGateway.watching(folder)) {
            write("tenants.d/globex.yaml", tenant("globex", "k-globex", "fast-bare", "off"));
            delete("tenants.d/acme.yaml");
            Await.until("globex is served", () -> status(gateway, "k-globex") == 200);

            HttpResponse<String> paused = gateway.send(HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + gateway.adminPort() + "/admin/pause?tenant=globex"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build());

            assertThat(paused.statusCode()).as(paused.body()).isEqualTo(200);
            assertThat(gateway.admin("/metrics"))
                    .contains("fresnel_delegation_paused{tenant=\"globex\"} 1.0")
                    .doesNotContain("fresnel_delegation_paused{tenant=\"acme\"}");
        }
    }

    /** As Kubernetes swaps the files of a ConfigMap, all at once by one link. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void aConfigMapIsSwapped() throws IOException {
        write("..v1/fresnel.yaml", main(first));
        write("..v1/tenants.d/acme.yaml", tenant("acme", "k1", "fast-bare", "off"));
        write("..v2/fresnel.yaml", main(second));
        write("..v2/tenants.d/acme.yaml", tenant("acme", "k2", "fast-bare", "off"));
        link("..data", "..v1");
        link("fresnel.yaml", "..data/fresnel.yaml");
        link("tenants.d", "..data/tenants.d");
        try (TestGateway gateway = TestGateway.watching(folder.resolve("fresnel.yaml"))) {
            assertThat(status(gateway, "k1")).isEqualTo(200);

            link("..data_tmp", "..v2");
            Files.move(
                    folder.resolve("..data_tmp"),
                    folder.resolve("..data"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);

            Await.until("the other key opens", () -> status(gateway, "k2") == 200);
            assertThat(gateway.chat(BODY, "authorization", "Bearer k2").body()).contains("from second");
            assertThat(status(gateway, "k1")).isEqualTo(401);
        }
    }

    /** Half of an answer at once, the rest when the test says so. */
    private Script halfAtOnce() {
        return reply -> {
            Context loop = Objects.requireNonNull(Vertx.currentContext(), "scripts run on an event loop");
            List<String> events = Script.chatEvents(reply.request(), "words and words", Usage.of(20, 3));
            reply.head(200, List.of(Map.entry("content-type", "text/event-stream")), Framing.CHUNKED);
            reply.body(Buffer.buffer("data: " + events.getFirst() + "\n\n"));
            halves.add(() -> loop.runOnContext(_ -> {
                events.stream().skip(1).forEach(event -> reply.body(Buffer.buffer("data: " + event + "\n\n")));
                reply.body(Buffer.buffer("data: [DONE]\n\n"));
                reply.end();
            }));
        };
    }

    private String main(FakeUpstream smart) {
        return """
                listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0" }
                store: { embedded: "%s" }
                upstreams:
                  smart: { base-url: "%s", api-key: "up-1" }
                  cheap: { base-url: "%s", api-key: "up-2" }
                models:
                  smart: { upstream: smart, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: cheap, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                workers: { fast-bare: { model: cheap, lens: false } }
                """.formatted(folder.resolve("store"), smart.baseUri(), second.baseUri());
    }

    private static String tenant(String id, String key, String arm, String mode) {
        return "id: " + id + "\nkeys: [" + key + "]\nroutes:\n  - { match: { model: smart }, mode: " + mode
                + ", arms: [direct, " + arm + "] }\n";
    }

    private static HttpRequest request(TestGateway gateway, String body, String key) {
        return HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static int status(TestGateway gateway, String key) {
        return models(gateway, key).statusCode();
    }

    private static String version(TestGateway gateway, String key) {
        return models(gateway, key).headers().firstValue("x-fresnel-config").orElseThrow();
    }

    private static HttpResponse<String> models(TestGateway gateway, String key) {
        return gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/models"))
                .header("authorization", "Bearer " + key)
                .build());
    }

    private static void awaitOtherVersion(TestGateway gateway, String before) {
        Await.until(
                "another config is in force",
                () -> !version(gateway, "k-globex").equals(before));
    }

    /** Whole at once, as a careful editor does. */
    private void write(String name, String content) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Path draft = Files.writeString(file.resolveSibling("." + file.getFileName() + ".draft"), content);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete(String name) {
        try {
            Files.delete(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(folder.resolve(name), Path.of(target));
    }
}
