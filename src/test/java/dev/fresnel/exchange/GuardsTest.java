package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What must not happen even when a client, a page or an upstream means harm. */
class GuardsTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void refusesAModelNameThatWouldBreakAHeader() {
        try (TestGateway gateway = gateway("mode: \"off\"")) {
            HttpResponse<String> reply = gateway.chat("{\"model\":\"x\\ny\",\"messages\":[]}");

            assertThat(reply.statusCode()).isEqualTo(400);
            assertThat(reply.body()).contains("control character");
            assertThat(smart.startedRequests()).isZero();
        }
    }

    @Test
    void billsNothing_whenTheProviderRefuses() {
        smart.byDefault(Script.error(500));
        try (TestGateway gateway = gateway("mode: rules\narms: [direct]")) {
            HttpResponse<String> reply = gateway.chat(MainJobTest.BIG_TASK);

            assertThat(reply.statusCode()).isEqualTo(500);
            assertThat(reply.headers().firstValue("x-fresnel-cost-usd")).hasValue("0.00");
        }
    }

    @Test
    void keepsTheClientsCredentialFromEveryOtherProvider() {
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 3000)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(400, 3000)));
        try (TestGateway gateway = gateway("mode: rules\narms: [direct, fast-worker]")) {
            HttpResponse<String> reply = gateway.chat(MainJobTest.BIG_TASK, "authorization", "Bearer sk-of-smart");

            assertThat(reply.body()).contains("from cheap");
            assertThat(smart.lastRequest().headers().get("authorization")).isEqualTo("Bearer sk-of-smart");
            assertThat(cheap.lastRequest().headers().contains("authorization")).isFalse();
        }
    }

    @Test
    void refusesAPageOfAnotherSite_whenTheTenantIsOpen() {
        smart.byDefault(Script.chat("from smart", Usage.of(20, 30)));
        try (TestGateway gateway = gateway("mode: \"off\"")) {
            HttpResponse<String> foreign = gateway.chat(MainJobTest.SMALL_TALK, "origin", "https://evil.example");
            HttpResponse<String> own = gateway.chat(MainJobTest.SMALL_TALK, "origin", "http://localhost:3000");

            assertThat(foreign.statusCode()).isEqualTo(401);
            assertThat(own.statusCode()).isEqualTo(200);
            assertThat(smart.calls()).isEqualTo(1);
        }
    }

    @Test
    void refusesPathsWhoseCostCannotBeCounted_whenTheTenantHasABudget() {
        smart.byDefault(Script.json("{}"));
        String yaml = TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), "mode: \"off\"")
                .replace("  - id: acme\n", "  - id: acme\n    budget: { daily: 1.00 }\n");
        try (TestGateway gateway = TestGateway.start(yaml)) {
            HttpRequest.Builder embeddings = HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/embeddings"));
            HttpResponse<String> post = gateway.send(
                    embeddings.POST(HttpRequest.BodyPublishers.ofString("{}")).build());
            HttpResponse<String> get = gateway.get("/v1/files");

            assertThat(post.statusCode()).isEqualTo(429);
            assertThat(post.body()).contains("insufficient_quota");
            assertThat(get.statusCode()).isEqualTo(200);
            assertThat(smart.calls()).isEqualTo(1);
        }
    }

    @Test
    void answersWithOneHead_whenAStreamDiesBeforeItsFirstByte() {
        smart.byDefault(Script.resetAfter(0, Script.chatStream("never", Usage.of(1, 1))));
        try (TestGateway gateway = gateway("mode: \"off\"");
                RawConnection client = new RawConnection(gateway.port())) {
            String body = MainJobTest.SMALL_TALK.replace("\"messages\"", "\"stream\":true,\"messages\"");
            String reply = client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                    .readToEnd();

            assertThat(reply).startsWith("HTTP/1.1 502").contains("upstream_");
            assertThat(reply.toLowerCase(java.util.Locale.ROOT))
                    .containsOnlyOnce("content-type:")
                    .containsOnlyOnce("x-fresnel-request-id:")
                    .doesNotContain("transfer-encoding");
        }
    }

    private TestGateway gateway(String route) {
        return TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), route));
    }
}
