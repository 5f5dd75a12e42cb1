package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client can find out about models, and what it is told about a wrong path (S23, H20). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelsTest {
    private Vertx vertx;
    private FakeUpstream upstream;
    private TestGateway gateway;

    @BeforeAll
    void start() {
        vertx = Vertx.vertx();
        upstream = FakeUpstream.start(vertx);
        gateway = TestGateway.start("""
                upstreams: { main: { base-url: "%s" } }
                models:
                  gpt-4o: { upstream: main, tier: large, context-window: 128000 }
                  meta-llama/Llama-3+x: { upstream: main, tier: small }
                  plain: { upstream: main }
                aliases: { quick: "meta-llama/Llama-3+x", quicker: quick }
                tenants: [{ id: acme }]
                """.formatted(upstream.baseUri()));
    }

    @AfterAll
    void stop() {
        gateway.close();
        upstream.close();
        Await.result(vertx.close());
    }

    @Test
    void listsModelsAndTheAliasesThatLeadToOne() {
        HttpResponse<String> reply = gateway.get("/v1/models");

        assertThat(reply.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(reply.headers().firstValue("x-fresnel-request-id")).isPresent();
        assertThat(reply.body())
                .startsWith("{\"object\":\"list\",\"data\":[")
                .contains(
                        "{\"id\":\"gpt-4o\",\"object\":\"model\",\"created\":0,\"owned_by\":\"main\",\"fresnel\":{\"tier\":\"large\",\"context_window\":128000,\"alias_of\":null}}",
                        "\"id\":\"plain\"",
                        "\"id\":\"openai-smart\"",
                        "{\"tier\":\"unknown\",\"context_window\":null,\"alias_of\":null}")
                .containsPattern("\"id\":\"quicker\"[^}]*\"alias_of\":\"meta-llama/Llama-3\\+x\"")
                .doesNotContain("openai-cheap", "ollama-smart");
        assertThat(upstream.startedRequests()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o, gpt-4o",
        "meta-llama/Llama-3+x, meta-llama/Llama-3+x",
        "meta-llama%2FLlama-3%2Bx, meta-llama/Llama-3+x",
        "quicker, quicker",
        "openai-smart, openai-smart"
    })
    void showsOneModel(String encoded, String id) {
        HttpResponse<String> reply = gateway.get("/v1/models/" + encoded);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body()).startsWith("{\"id\":\"" + id + "\",\"object\":\"model\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "GPT-4o", "%20", "", "openai-cheap", "caf%C3%A9", "%FF", "%22%3E"})
    void answers404_whenTheModelIsNotDeclared(String encoded) {
        HttpResponse<String> reply = gateway.get("/v1/models/" + encoded);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(404);
        assertThat(reply.body())
                .contains("\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":\"model_not_found\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/chat/completions", "/v2/models", "/metrics", "/admin/status"})
    void answers404_whenThePathIsUnknown(String path) {
        HttpResponse<String> reply = gateway.get(path);

        assertThat(reply.statusCode()).isEqualTo(404);
        assertThat(reply.body()).contains("/v1", "\"code\":\"unknown_url\"");
    }

    @Test
    void namesTheMethods_whenAnotherIsUsed() {
        HttpResponse<String> reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/models"))
                .DELETE()
                .build());

        assertThat(reply.statusCode()).isEqualTo(405);
        assertThat(reply.headers().firstValue("allow")).hasValue("GET, HEAD");
        assertThat(reply.body()).contains("\"code\":\"method_not_supported\"", "GET, HEAD");
    }

    @Test
    void answersHeadLikeGet() {
        HttpResponse<String> reply = gateway.send(HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/models"))
                .HEAD()
                .build());

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
    }
}
