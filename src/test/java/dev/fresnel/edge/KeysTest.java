package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a key lets its holder do: scopes, models, an end (T5, S24). */
class KeysTest {
    private Vertx vertx;
    private FakeUpstream upstream;
    private TestGateway gateway;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        upstream = FakeUpstream.start(vertx);
        upstream.byDefault(Script.chat("fine", Usage.of(5, 5)));
        gateway = TestGateway.start("""
                upstreams:
                  provider: { base-url: "%s", api-key: "sk-upstream" }
                models:
                  gpt-4o: { upstream: provider }
                  gpt-4o-mini: { upstream: provider }
                  o3: { upstream: provider }
                aliases: { small: gpt-4o-mini, dear: o3 }
                tenants:
                  - id: acme
                    models: ["gpt-*", "small", "dear"]
                    keys:
                      - sk-plain
                      - { key: sk-chat, name: chat-only, scopes: [chat] }
                      - { key: sk-rest, scopes: [models, feedback, pass-through] }
                      - { key: sk-mini, name: mini, models: ["*-mini"] }
                      - { key: sk-none, scopes: [] }
                      - { key: sk-old, name: old, expires: 2020-01-01 }
                  - id: other
                    keys: [sk-other]
                """.formatted(upstream.baseUri()));
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({
        "sk-chat, POST, /v1/chat/completions, 200",
        "sk-chat, GET, /v1/models, 403",
        "sk-chat, GET, /v1/models/gpt-4o, 403",
        "sk-chat, POST, /v1/feedback, 403",
        "sk-chat, GET, /v1/files, 403",
        // The completions that a provider has stored are not chat.
        "sk-chat, GET, /v1/chat/completions, 403",
        "sk-rest, POST, /v1/chat/completions, 403",
        "sk-rest, GET, /v1/models, 200",
        "sk-other, GET, /v1/files, 200",
        "sk-other, POST, /v1/embeddings, 200",
        "sk-none, GET, /v1/models, 403",
        "sk-none, POST, /v1/chat/completions, 403",
        "sk-plain, GET, /v1/models, 200"
    })
    void lets_whatTheScopesSay(String key, String method, String path, int status) {
        HttpResponse<String> reply = ask(key, method, path, chat("gpt-4o"));

        assertThat(reply.statusCode()).isEqualTo(status);
        if (status == 403) {
            assertThat(reply.body())
                    .contains("\"type\":\"invalid_request_error\"")
                    .contains("\"code\":\"missing_scope\"");
            assertThat(upstream.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sk-plain, gpt-4o, 200",
        // An alias that the list names may lead to what it does not name.
        "sk-plain, dear, 200",
        "sk-plain, o3, 403",
        "sk-plain, GPT-4o, 403",
        "sk-mini, gpt-4o-mini, 200",
        "sk-mini, small, 200",
        "sk-mini, gpt-4o, 403",
        // Within the tenant's own list only.
        "sk-mini, o3-mini, 403",
        "sk-mini, *-mini, 403",
        "sk-other, o3, 200",
        "sk-other, whatever, 200"
    })
    void lets_whichModelsTenantAndKeyBothAllow(String key, String model, int status) {
        HttpResponse<String> reply = ask(key, "POST", "/v1/chat/completions", chat(model));

        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(upstream.requests()).hasSize(status == 200 ? 1 : 0);
        if (status == 403) {
            assertThat(reply.body()).contains("\"code\":\"model_not_found\"").contains("\"param\":\"model\"");
        }
    }

    @Test
    void listsOnlyModelsThatTheKeyMayAskFor() {
        assertThat(ask("sk-mini", "GET", "/v1/models", "").body())
                .contains("\"gpt-4o-mini\"", "\"small\"")
                .doesNotContain("\"gpt-4o\"", "\"o3\"", "\"dear\"");
        assertThat(ask("sk-mini", "GET", "/v1/models/gpt-4o", "").statusCode()).isEqualTo(404);
        assertThat(ask("sk-mini", "GET", "/v1/models/small", "").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/embeddings", "/v1/responses"})
    void refusesOtherPathsThatMakeModelsWork_whenModelsAreLimited(String path) {
        assertThat(ask("sk-plain", "POST", path, "{\"model\":\"o3\"}").statusCode())
                .isEqualTo(403);
        assertThat(upstream.requests()).isEmpty();
        assertThat(ask("sk-plain", "GET", path, "").statusCode()).isEqualTo(200);
    }

    @Test
    void refusesWhatCannotBeRead_whenModelsAreLimited() {
        // A byte order mark: passed on unread where every model is allowed.
        assertThat(ask("sk-plain", "POST", "/v1/chat/completions", "\ufeff" + chat("gpt-4o"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(ask("sk-other", "POST", "/v1/chat/completions", "\ufeff" + chat("gpt-4o"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void refusesAKeyAfterItsEnd() {
        HttpResponse<String> reply = ask("sk-old", "GET", "/v1/models", "");

        assertThat(reply.statusCode()).isEqualTo(401);
        assertThat(reply.body()).contains("expired").contains("invalid_api_key").doesNotContain("sk-old");
        gateway.awaitLogged("request_refused", "\"tenant\":\"acme\"", "\"key_name\":\"old\"");
    }

    @Test
    void tellsTheKeysNameInTheLog_neverTheKey() {
        ask("sk-chat", "POST", "/v1/chat/completions", chat("gpt-4o"));
        ask("sk-plain", "GET", "/v1/files", "");
        ask("sk-chat", "GET", "/v1/files", "");

        gateway.awaitLogged("request_finished", "\"key_name\":\"chat-only\"", "/v1/chat/completions");
        gateway.awaitLogged("request_finished", "\"key_name\":\"key-", "/v1/files");
        gateway.awaitLogged("request_refused", "\"key_name\":\"chat-only\"", "missing_scope");
        assertThat(gateway.log()).doesNotContain("sk-chat", "sk-plain", "sha256");
    }

    private static String chat(String model) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    }

    @CanIgnoreReturnValue
    private HttpResponse<String> ask(String key, String method, String path, String body) {
        return gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .method(
                        method,
                        body.isEmpty() || method.equals("GET")
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build());
    }
}
