package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RawClient;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The access log has one line of each request, however it ended. */
class AccessLogTest {
    private static final String TASK = "Generate CRUD endpoints for 5 entities";
    private static final Pattern ID = Pattern.compile("\"request_id\":\"([^\"]+)\"");

    private final List<String> asked = new ArrayList<>();
    private Vertx vertx;
    private FakeUpstream smart;
    private FakeUpstream cheap;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        smart = FakeUpstream.start(vertx);
        cheap = FakeUpstream.start(vertx);
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 30)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(400, 30)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    private TestGateway gateway() {
        return TestGateway.start("""
                upstreams:
                  smart: { base-url: "%s", timeouts: { first-byte: 5s } }
                  cheap: { base-url: "%s" }
                models:
                  smart: { upstream: smart, price: { input: 1, cached-input: 1, output: 2 } }
                  cheap: { upstream: cheap, price: { input: 0.1, cached-input: 0.1, output: 0.2 } }
                workers:
                  fast: { model: cheap }
                tenants:
                  - id: acme
                    keys: [ key ]
                    routes: [ { match: { model: smart }, mode: rules, arms: [ direct, fast ] } ]
                  - id: poor
                    keys: [ poor ]
                    budget: { daily: 0 }
                    routes: [ { match: { model: smart }, mode: rules, arms: [ direct, fast ] } ]
                limits: { max-body: 4KiB }
                """.formatted(smart.baseUri(), cheap.baseUri()));
    }

    private static String chat(String text, String more) {
        return "{\"model\":\"smart\"," + more + "\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    private void ask(TestGateway gateway, int status, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        if (headers.length == 0 || !headers[0].equals("authorization")) {
            request.header("authorization", "Bearer key");
        }
        HttpResponse<String> reply = gateway.send(request.build());
        assertThat(reply.statusCode())
                .as(method + " " + path + ": " + reply.body())
                .isEqualTo(status);
        asked.add(method + " " + path + " " + status);
    }

    private void whole(TestGateway gateway) {
        String chat = "/v1/chat/completions";
        ask(gateway, 200, "POST", chat, chat("hi", ""));
        ask(gateway, 200, "POST", chat, chat(TASK, ""));
        ask(gateway, 200, "POST", chat, chat("hi", "\"stream\":true,"));
        ask(gateway, 200, "POST", chat, chat(TASK, ""), "x-fresnel-explain", "dry-run");
        ask(gateway, 400, "POST", chat, "{\"model\":");
        ask(gateway, 400, "POST", chat, chat("hi", ""), "x-fresnel-nonsense", "1");
        ask(gateway, 401, "POST", chat, chat("hi", ""), "authorization", "Bearer wrong");
        ask(gateway, 413, "POST", chat, chat("x".repeat(5000), ""));
        ask(gateway, 415, "POST", chat, chat("hi", ""), "content-encoding", "gzip");
        ask(gateway, 405, "DELETE", chat, "");
        ask(gateway, 429, "POST", chat, chat("hi", ""), "authorization", "Bearer poor");
        ask(gateway, 429, "POST", "/v1/embeddings", "{}", "authorization", "Bearer poor");
        ask(gateway, 404, "GET", "/elsewhere", "");
        ask(gateway, 200, "GET", "/v1/models", "");
        ask(gateway, 200, "HEAD", "/v1/models", "");
        ask(gateway, 200, "GET", "/v1/models/smart", "");
        ask(gateway, 404, "GET", "/v1/models/unknown", "");
        ask(gateway, 405, "POST", "/v1/models", "{}");
        String feedback = "{\"request_id\":\"fr-unknown-1\",\"succeeded\":true}";
        ask(gateway, 400, "POST", "/v1/feedback", "{}");
        ask(gateway, 200, "POST", "/v1/feedback", feedback);
        ask(gateway, 405, "GET", "/v1/feedback", "");
        smart.reply(Script.json("{}"));
        ask(gateway, 200, "POST", "/v1/embeddings", "{}");
        smart.reply(Script.error(404));
        ask(gateway, 404, "GET", "/v1/files/f", "");
        smart.reply(Script.reset());
        ask(gateway, 502, "POST", "/v1/embeddings", "{}");
        smart.reply(Script.error(500));
        ask(gateway, 500, "POST", chat, chat("hi once more", ""));
    }

    private void broken(TestGateway gateway) {
        String head =
                "POST %s HTTP/1.1\r\nhost: fresnel\r\nauthorization: Bearer key\r\ncontent-type: application/json\r\n";
        try (RawConnection garbage = new RawConnection(gateway.port())) {
            garbage.send("this is no HTTP\r\n\r\n").readToEnd();
            asked.add("garbage");
        }
        for (String path : List.of("/v1/chat/completions", "/v1/feedback")) {
            try (RawConnection leaving = new RawConnection(gateway.port())) {
                leaving.send(head.formatted(path) + "expect: 100-continue\r\ncontent-length: 100\r\n\r\n")
                        .readUntil("100 Continue");
                leaving.send("{\"model\"");
                leaving.reset();
                asked.add(path + " left in the middle of its body");
            }
        }
        try (RawConnection twice = new RawConnection(gateway.port())) {
            twice.send(head.formatted("/v1/chat/completions")
                            + "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
                    .readToEnd();
            asked.add("ambiguous framing");
        }
        smart.reply(Script.endless(Duration.ofMillis(5)));
        try (RawClient leaving =
                RawClient.chat(gateway.port(), chat("hi", "\"stream\":true,"), "authorization", "Bearer key")) {
            leaving.readUntil("data:");
            leaving.reset();
            asked.add("left in the middle of a stream");
        }
        smart.reply(Script.finAfter(200, Script.chatStream("from smart", Usage.of(1, 2))));
        RawClient.chat(gateway.port(), chat("hi", "\"stream\":true,"), "authorization", "Bearer key")
                .readAll();
        asked.add("a stream that broke");
        smart.reply(Script.hang());
        try (RawClient leaving = RawClient.chat(gateway.port(), chat("hi", ""), "authorization", "Bearer key")) {
            int before = smart.calls();
            Await.until("the call", () -> smart.calls() > before || smart.openStreams() > 0);
            leaving.reset();
            asked.add("left while waiting");
        }
    }

    private static List<String> lines(TestGateway gateway) {
        return gateway.log()
                .lines()
                .filter(line -> line.startsWith("{\"type\":\"request_finished\"")
                        || line.startsWith("{\"type\":\"request_refused\""))
                .toList();
    }

    @Test
    void hasOneLineOfEveryRequest_howeverItEnded() {
        try (TestGateway gateway = gateway()) {
            whole(gateway);
            broken(gateway);

            Await.until(
                    () -> lines(gateway).size() + " lines of " + asked.size() + ":\n" + String.join("\n", asked) + "\n"
                            + String.join("\n", lines(gateway)),
                    () -> lines(gateway).size() >= asked.size());
            // Whatever is still to come of the earlier ones comes before the line of a later one.
            ask(gateway, 200, "GET", "/v1/models", "");
            Await.until("the last line", () -> lines(gateway).size() >= asked.size());

            List<String> lines = lines(gateway);
            assertThat(lines).as(String.join("\n", lines)).hasSize(asked.size());
            Set<String> ids = new HashSet<>();
            for (String line : lines) {
                Matcher id = ID.matcher(line);
                assertThat(id.find()).as(line).isTrue();
                assertThat(ids.add(id.group(1))).as("two lines of " + line).isTrue();
            }
            assertThat(lines)
                    .filteredOn(line -> line.contains("\"end\":\"client_gone\""))
                    .hasSize(4);
            assertThat(lines)
                    .filteredOn(line -> line.contains("\"arm\":\"gateway\""))
                    // Models four times, feedback once, bodies that broke off twice.
                    .hasSize(7)
                    .allSatisfy(line -> assertThat(line).contains("\"tenant\":\"acme\"", "\"attempts\":0"));
            assertThat(lines)
                    .filteredOn(line -> line.contains("\"end\":\"upstream_broken\""))
                    .hasSize(1);
        }
    }
}
