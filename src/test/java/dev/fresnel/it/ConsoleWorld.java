package dev.fresnel.it;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A gateway with something in every view of its console: two tenants, lenses, outcomes, and text that would be markup if it were taken for it. */
final class ConsoleWorld implements AutoCloseable {
    static final String TOKEN = "console-test-token";
    private static final String UMBRELLA = """
            id: umbrella
            keys: ["umbrella-key"]
            routes:
              - { match: { model: "smart" }, mode: rules, arms: [direct, fast-bare], control-share: 0.5, rules: { break-even: false, threshold-tokens: 10 } }
            """;

    static final String HOSTILE = "<img src=x onerror=document.title='hostile'>";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final Path tenantFile;
    private final TestGateway gateway;

    ConsoleWorld(Path folder) throws IOException {
        String lens = LensScripts.LENS
                .replace("CRUD endpoints for an inventory service", HOSTILE)
                .replace("Page every list", HOSTILE);
        // Answers of many lengths: what was saved has an interval.
        smart.byDefault(LensScripts.byPurpose(
                LensScripts.lens(lens),
                Script.byRequest(request -> Script.chat(
                        "from smart",
                        Usage.of(20, 1000 + Math.floorMod(request.body().hashCode(), 4000))))));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 3000)));
        Files.writeString(folder.resolve("fresnel.yaml"), yaml(folder));
        tenantFile = Files.writeString(
                Files.createDirectory(folder.resolve("tenants.d")).resolve("umbrella.yaml"), UMBRELLA);
        gateway = TestGateway.watching(folder);
    }

    private String yaml(Path folder) {
        return """
                listen: { data: "127.0.0.1:0", admin: "127.0.0.1:0", admin-token: "%s" }
                store: { embedded: "%s" }
                """.formatted(TOKEN, folder.resolve("store"))
                + TestGateway.twoModels(
                                smart.baseUri(),
                                cheap.baseUri(),
                                "mode: adaptive\narms: [direct, fast-worker, fast-bare]")
                        .replace("  - id: acme\n", """
                          - id: acme
                            keys:
                              - { key: "acme-key", name: acme-laptop, budget: { monthly: 50 }, metadata: { owner: "%s" } }
                            budget: { daily: 5.00 }
                        """.formatted(HOSTILE))
                + """
                  - id: initech
                    keys: ["initech-key", { key: "initech-spare-key", name: initech-spare, scopes: [chat] }]
                    routes: [{ match: { model: "smart" }, mode: adaptive, arms: [direct, fast-worker] }]
                  - id: hooli
                    keys: ["hooli-key"]
                    routes: [{ match: { model: "smart" }, mode: adaptive, arms: [direct, fast-worker] }]
                  - id: broke
                    keys: ["broke-key"]
                    budget: { daily: 0.005 }
                  - id: idle
                    keys: ["idle-key"]
                """;
    }

    URI console() {
        return URI.create("http://127.0.0.1:" + gateway.adminPort() + "/console/");
    }

    TestGateway gateway() {
        return gateway;
    }

    /** The file of the tenant umbrella, which the gateway watches. */
    Path tenantFile() {
        return tenantFile;
    }

    HttpResponse<String> chat(String tenant, String task, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "authorization";
        all[1] = "Bearer " + tenant + "-key";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return gateway.chat(
                "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":" + ChatJson.quote(task) + "}]}",
                all);
    }

    /** Has a lens written for a task, and gives its id. */
    String lens(String tenant, String task) {
        HttpResponse<String> reply = chat(tenant, task, "x-fresnel-arm", "fast-worker");
        String lens = reply.headers().firstValue("x-fresnel-lens").orElse("");
        if (!lens.endsWith("; built")) {
            throw new AssertionError(reply.headers().map());
        }
        return lens.replace("; built", "");
    }

    /** Says whether the answer was good. */
    void judge(String tenant, HttpResponse<String> reply, boolean good) {
        String id = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
        HttpResponse<String> heard = gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/feedback"))
                .header("authorization", "Bearer " + tenant + "-key")
                .POST(HttpRequest.BodyPublishers.ofString("{\"request_id\":\"" + id + "\",\"succeeded\":" + good + "}"))
                .build());
        if (heard.statusCode() > 202) {
            throw new AssertionError(heard.body());
        }
    }

    /** Some of everything, so that no view is empty: enough conversations of umbrella for a statement with an interval, and some of each other kind. */
    void live() {
        try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 12; i++) {
                int number = i;
                clients.execute(() -> judge(
                        "acme",
                        chat("acme", "Write CRUD endpoints for " + (5 + number) + " entities"),
                        number % 4 != 0));
            }
            for (int i = 0; i < 100; i++) {
                int number = i;
                clients.execute(() -> judge(
                        "umbrella",
                        chat("umbrella", "Generate unit tests for " + (3 + number) + " services"),
                        number % 5 != 0));
            }
        }
        judge("acme", chat("acme", "Write CRUD endpoints for 500 entities", "x-fresnel-arm", "fast-worker"), true);
        // A lift is against something: as many answers without a lens as it takes to say what those are worth.
        for (int i = 0; i < 8; i++) {
            judge("acme", chat("acme", "Write CRUD endpoints for 500 entities", "x-fresnel-arm", "fast-bare"), false);
        }
        chat("umbrella", "Hello", "x-fresnel-mode", "off");
        // Capped, so it is let in; the provider bills more than the cap, and the day's money is gone.
        var _ = gateway.chat(
                "{\"model\":\"smart\",\"max_completion_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                "authorization",
                "Bearer broke-key");
    }

    @Override
    public void close() {
        gateway.stop();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }
}
