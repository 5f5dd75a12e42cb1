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
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Walks the table of operations: what holds for all of them holds for each (X3). A new operation fails here until it has a sample in
 * {@link #questions} or {@link #changes}.
 */
class AdminWalkTest {
    private static final String LOCKED =
            "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", admin-token: right-token }\n";
    private static final String ROUTE = "mode: adaptive\narms: [direct, fast-worker]";
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Write CRUD endpoints for 5 entities\"}]}";
    private static final String SEED =
            "{\"schema\":1,\"id\":\"a\",\"source\":\"test\",\"features\":{\"task_kind\":\"debug\","
                    + "\"rough_token_estimate\":700,\"parent_model_tier\":\"large\"},\"dispatch\":[\"delegate\",\"fast-worker\"],"
                    + "\"wall_time\":2,\"succeeded\":true}\n";
    private static final String[] TOKEN = {"authorization", "Bearer right-token"};

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);
    private final OpenApi file = OpenApi.shipped();
    private final TestGateway gateway;
    private final List<Runnable> atTheEnd = new ArrayList<>();
    private String lastRequest = "";

    AdminWalkTest(@TempDir Path files) {
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
        gateway = TestGateway.start(LOCKED
                + "policy: { cold-start: { seed-from: \"" + files.resolve("rows.jsonl") + "\" } }\n"
                + "events: { decision-log: \"" + files.resolve("decisions.jsonl") + "\" }\n"
                + TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), ROUTE));
    }

    @AfterEach
    void stop() {
        atTheEnd.forEach(Runnable::run);
        gateway.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    /** A sample of each question, by operation. */
    private Map<String, Supplier<String>> questions() {
        Map<String, Supplier<String>> samples = new LinkedHashMap<>();
        for (String plain : List.of(
                "/livez",
                "/startupz",
                "/readyz",
                "/metrics",
                "/admin/openapi.yaml",
                "/admin/status",
                "/admin/config",
                "/admin/tenants",
                "/admin/budgets",
                "/admin/events")) {
            samples.put("GET " + plain, () -> plain);
        }
        samples.put("GET /", () -> "/");
        samples.put("GET /console", () -> "/console");
        samples.put("GET /console/", () -> "/console/");
        samples.put("GET /console/{file}", () -> "/console/app.js");
        samples.put("GET /console/{folder}/{file}", () -> "/console/views/health.js");
        samples.put("GET /admin/keys", () -> "/admin/keys?tenant=acme");
        samples.put("GET /admin/lenses", () -> "/admin/lenses?tenant=acme&text=true");
        samples.put("GET /admin/savings", () -> "/admin/savings?tenant=acme&by=model&from=2026-01-01&to=2026-01-31");
        samples.put(
                "GET /admin/lenses/{tenant}/{key}",
                () -> "/admin/lenses/acme/" + lensKeys().getFirst());
        samples.put("GET /admin/decisions", () -> "/admin/decisions?tenant=acme");
        samples.put("GET /admin/decisions/{request_id}", () -> "/admin/decisions/" + lastRequest);
        samples.put("GET /admin/conversations", () -> "/admin/conversations?tenant=acme");
        samples.put("GET /admin/arms", () -> "/admin/arms?tenant=acme&limit=5");
        samples.put("GET /admin/export", () -> "/admin/export?tenant=acme");
        return samples;
    }

    /** What a change is asked with. */
    private record Sample(String path, String body) {}

    /** A sample of each change that finds something to do, by operation. */
    private Map<String, Supplier<Sample>> changes() {
        Map<String, Supplier<Sample>> samples = new LinkedHashMap<>();
        samples.put("POST /admin/pause", () -> new Sample("/admin/pause", "{\"reason\":\"a walk\"}"));
        samples.put("POST /admin/resume", () -> new Sample("/admin/resume", ""));
        samples.put(
                "POST /admin/keys",
                () -> new Sample(
                        "/admin/keys",
                        "{\"tenant\":\"acme\",\"name\":\"walked\",\"budget\":{\"daily\":5,\"total\":1},\"limits\":{\"requests-per-minute\":60},\"metadata\":[\"a=b\"]}"));
        samples.put("DELETE /admin/keys/{id}", () -> new Sample("/admin/keys/" + issuedKey(), ""));
        samples.put(
                "PUT /admin/lenses/{tenant}/{key}/retired",
                () -> new Sample("/admin/lenses/acme/" + lensKey("a parser") + "/retired", ""));
        samples.put(
                "DELETE /admin/lenses/{tenant}/{key}",
                () -> new Sample("/admin/lenses/acme/" + lensKey("a schema"), ""));
        samples.put("DELETE /admin/lenses/{tenant}/{key}/build", this::runningBuild);
        samples.put("DELETE /admin/lenses/{tenant}", () -> new Sample("/admin/lenses/acme", ""));
        samples.put("PUT /admin/lenses/{tenant}/{key}", this::edited);
        samples.put(
                "PUT /admin/lenses/{tenant}/{key}/pinned",
                () -> new Sample("/admin/lenses/acme/" + lensKey("a linter") + "/pinned", ""));
        samples.put("DELETE /admin/lenses/{tenant}/{key}/pinned", this::pinned);
        samples.put("DELETE /admin/conversations/{tenant}/{id}", this::conversation);
        samples.put("POST /admin/arms/reset", () -> new Sample("/admin/arms/reset", "{\"tenant\":\"acme\"}"));
        samples.put("POST /admin/seeds", () -> new Sample("/admin/seeds", SEED));
        return samples;
    }

    private String issuedKey() {
        String reply = send(HttpMethod.POST, "/admin/keys", "{\"tenant\":\"acme\"}", TOKEN)
                .body();
        return reply.replaceFirst(".*\"id\":\"([0-9a-f]{12})\".*", "$1");
    }

    @Test
    void everyQuestionIsAnsweredAsTheFileSays() {
        delegated("CRUD endpoints");
        Map<String, Supplier<String>> samples = questions();
        List<String> all = new ArrayList<>(names(false));
        // Its answer does not end; EventStreamTest reads it.
        all.remove("GET /admin/events/stream");
        assertThat(samples.keySet()).containsExactlyInAnyOrderElementsOf(all);

        samples.forEach((operation, path) -> {
            HttpResponse<String> reply = gateway.adminReply(path.get(), TOKEN);

            // Or led to the console.
            assertThat(reply.statusCode()).as(operation + " " + reply.body()).isIn(200, 302);
            keepsToTheFile(operation, reply);
        });
    }

    @Test
    void everyChangeIsMadeAsTheFileSays_andLeavesAnAuditEvent() {
        Map<String, Supplier<Sample>> samples = changes();
        assertThat(samples.keySet()).containsExactlyInAnyOrderElementsOf(names(true));

        for (Operation operation : gateway.gateway().adminOperations()) {
            if (operation.audit().isPresent()) {
                String name = name(operation);
                Sample sample = Objects.requireNonNull(samples.get(name)).get();
                HttpResponse<String> reply = send(operation.method(), sample.path(), sample.body(), TOKEN);

                assertThat(reply.statusCode()).as(name + " " + reply.body()).isEqualTo(200);
                keepsToTheFile(name, reply);
                String action = "\"action\":\"" + operation.audit().get() + "\"";
                assertThat(gateway.awaitLogged("\"admin_action\"", action))
                        .as(name)
                        .contains("\"by\":\"admin-token@127.0.0.1\"", "\"subject\":\"", "\"tenant\":");
                assertThat(gateway.adminReply("/admin/events", TOKEN).body()).contains(action);
            }
        }
    }

    @Test
    void everyRouteThatIsNotOpenRefuses_withoutTheToken_withAWrongOne_andForAForeignPage() {
        int walked = 0;
        for (Operation operation : gateway.gateway().adminOperations()) {
            if (operation.guard() == Operation.Guard.NONE) {
                continue;
            }
            String path = filled(operation);
            for (String[] credentials : new String[][] {
                {}, {"authorization", "Bearer wrong"}, {"authorization", "right-token"}, {"authorization", "Bearer "}
            }) {
                HttpResponse<String> reply = send(operation.method(), path, "", credentials);
                assertThat(reply.statusCode()).as(name(operation)).isEqualTo(401);
                assertThat(reply.headers().firstValue("www-authenticate")).hasValue("Bearer");
                keepsToTheFile(name(operation), reply);
            }
            if (operation.audit().isPresent()) {
                HttpResponse<String> page =
                        send(operation.method(), path, "", TOKEN[0], TOKEN[1], "origin", "http://127.0.0.1:3000");
                assertThat(page.statusCode()).as(name(operation)).isEqualTo(403);
                keepsToTheFile(name(operation), page);
            }
            for (String site : List.of("cross-site", "same-site")) {
                HttpResponse<String> page =
                        send(operation.method(), path, "", TOKEN[0], TOKEN[1], "sec-fetch-site", site);
                assertThat(page.statusCode()).as(name(operation) + " " + site).isEqualTo(403);
                keepsToTheFile(name(operation), page);
            }
            walked++;
        }
        assertThat(walked).isGreaterThan(8);
        assertThat(gateway.logged("admin_action")).isEmpty();
    }

    @Test
    void everyRouteRefusesWhatItDoesNotDeclare_andNamesIt() {
        for (Operation operation : gateway.gateway().adminOperations()) {
            String body = operation.audit().isPresent() && operation.lines().isEmpty() ? "{\"strange\":1}" : "";
            HttpResponse<String> reply = send(operation.method(), filled(operation) + "?bogus=1", body, TOKEN);

            assertThat(reply.statusCode())
                    .as(name(operation) + " " + reply.body())
                    .isEqualTo(400);
            assertThat(reply.body()).as(name(operation)).contains("\"parameter\":\"bogus\"");
            if (!operation
                    .in(Parameter.Place.BODY, Parameter.Place.QUERY_OR_BODY)
                    .isEmpty()) {
                assertThat(reply.body()).as(name(operation)).contains("\"parameter\":\"strange\"");
            } else if (!body.isEmpty()) {
                assertThat(reply.body()).as(name(operation)).contains("no body is taken here");
            }
        }
        assertThat(gateway.logged("admin_action")).isEmpty();
    }

    @Test
    void aChangeIsTaken_fromTheListenersOwnPage() {
        HttpResponse<String> page = send(
                HttpMethod.POST,
                "/admin/resume",
                "",
                TOKEN[0],
                TOKEN[1],
                "origin",
                "http://127.0.0.1:" + gateway.adminPort(),
                "sec-fetch-site",
                "same-origin");

        assertThat(page.statusCode()).isEqualTo(200);
    }

    // ---- what the samples need ----

    private Sample edited() {
        String key = lensKey("an importer");
        String lens = gateway.adminReply("/admin/lenses/acme/" + key, TOKEN).body();
        return new Sample(
                "/admin/lenses/acme/" + key,
                "{\"from\":\"" + lens.replaceAll("(?s).*\"lens\":\"([0-9a-f]{16})\".*", "$1")
                        + "\",\"task_scope\":\"Importers\",\"heuristics\":[\"Read line by line\"]}");
    }

    private Sample pinned() {
        String path = "/admin/lenses/acme/" + lensKey("an exporter") + "/pinned";
        assertThat(send(HttpMethod.PUT, path, "", TOKEN).statusCode()).isEqualTo(200);
        return new Sample(path, "");
    }

    private Sample conversation() {
        delegated("a router");
        String all =
                gateway.adminReply("/admin/conversations?tenant=acme", TOKEN).body();
        return new Sample(
                "/admin/conversations/acme/" + all.replaceAll("(?s).*?\"id\":\"([0-9a-f]{64})\".*", "$1"), "");
    }

    private void delegated(String task) {
        HttpResponse<String> reply = gateway.chat(TASK.replace("CRUD endpoints", task), "x-fresnel-arm", "fast-worker");
        lastRequest = reply.headers().firstValue("x-fresnel-request-id").orElseThrow();
        // Decisions and pins are told behind the reply.
        gateway.awaitLogged("request_finished", lastRequest);
        assertThat(reply.headers().firstValue("x-fresnel-decision")).hasValue("fast-worker");
    }

    /** Of a lens that was just written, for this task. */
    private String lensKey(String task) {
        List<String> before = lensKeys();
        delegated(task);
        List<String> after = new ArrayList<>(lensKeys());
        after.removeAll(before);
        assertThat(after).hasSize(1);
        return after.getFirst();
    }

    private List<String> lensKeys() {
        return Pattern.compile("\"key\":\"([0-9a-f]{64})\"")
                .matcher(gateway.adminReply("/admin/lenses?tenant=acme", TOKEN).body())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** A writing, of another task's lens, that does not end by itself. */
    private Sample runningBuild() {
        HeldScript held = new HeldScript(LensScripts.lens(LensScripts.LENS));
        smart.byDefault(LensScripts.byPurpose(held, Script.chat("from smart", Usage.of(20, 300))));
        var waiting = CompletableFuture.supplyAsync(
                () -> gateway.chat(TASK.replace("CRUD endpoints", "unit tests"), "x-fresnel-arm", "fast-worker"));
        held.awaitHeld();
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 300)));
        String shelf = gateway.adminReply("/admin/lenses?tenant=acme", TOKEN).body();
        String key = shelf.substring(shelf.indexOf("\"building\"")).replaceAll("(?s).*?([0-9a-f]{64}).*", "$1");
        // Let go when it has been given up.
        atTheEnd.add(() -> {
            held.release();
            assertThat(waiting.join().statusCode()).isEqualTo(200);
        });
        return new Sample("/admin/lenses/acme/" + key + "/build", "");
    }

    private void keepsToTheFile(String operation, HttpResponse<String> reply) {
        assertThat(file.problems(
                        operation,
                        reply.statusCode(),
                        reply.headers().firstValue("content-type").orElse(""),
                        reply.body()))
                .isEmpty();
    }

    private List<String> names(boolean changes) {
        return gateway.gateway().adminOperations().stream()
                .filter(operation -> operation.audit().isPresent() == changes)
                .map(AdminWalkTest::name)
                .toList();
    }

    private static String name(Operation operation) {
        return operation.method() + " " + operation.path();
    }

    /** The path with values of the right form in it. */
    static String filled(Operation operation) {
        String path = operation.path();
        for (Parameter parameter : operation.in(Parameter.Place.PATH)) {
            String value = switch (parameter.type()) {
                case ParameterType.Hash _ -> "0".repeat(64);
                case ParameterType.Choice(List<String> of) -> of.getFirst();
                case ParameterType.WholeNumber number -> Long.toString(number.least());
                case ParameterType.Flag _ -> "true";
                case ParameterType.Tenant _, ParameterType.KnownTenant _ -> "acme";
                case ParameterType.Day _ -> "2026-11-30";
                case ParameterType.Text _, ParameterType.Texts _ -> "some";
                case ParameterType.Dollars _, ParameterType.Group _ ->
                    throw new AssertionError(parameter.name() + " is in no path");
            };
            path = path.replace("{" + parameter.name() + "}", value);
        }
        return path;
    }

    private HttpResponse<String> send(HttpMethod method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .method(
                        method.name(),
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return gateway.send(request.build());
    }
}
