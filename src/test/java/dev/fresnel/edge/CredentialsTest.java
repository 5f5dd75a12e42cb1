package dev.fresnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which credential opens what, and which of them an upstream gets to see (T5, X1). */
class CredentialsTest {
    private static final String CHAT =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";

    private Vertx vertx;
    private FakeUpstream keyed;
    private FakeUpstream keyless;

    @SuppressWarnings("NullAway.Init") // every test starts its own first
    private TestGateway gateway;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        keyed = FakeUpstream.start(vertx);
        keyless = FakeUpstream.start(vertx);
        keyed.byDefault(Script.chat("keyed", Usage.of(5, 5)));
        keyless.byDefault(Script.chat("keyless", Usage.of(5, 5)));
    }

    @AfterEach
    void stop() {
        gateway.close();
        keyed.close();
        keyless.close();
        Await.result(vertx.close());
    }

    private void gateway(String tenants) {
        gateway = TestGateway.start("""
                upstreams:
                  keyless: { base-url: "%s" }
                  keyed: { base-url: "%s", api-key: "sk-upstream" }
                models:
                  smart: { upstream: keyless, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  locked: { upstream: keyed, price: { input: 2.50, cached-input: 1.25, output: 10.00 } }
                  cheap: { upstream: keyed, price: { input: 0.15, cached-input: 0.075, output: 0.60 } }
                workers:
                  bare: { model: cheap, lens: false }
                tenants:
                %s
                """.formatted(
                        keyless.baseUri(), keyed.baseUri(), tenants.indent(2).stripTrailing()));
    }

    @Test
    void answers401_whenNoTenantHasTheKey() {
        gateway("- { id: acme, keys: [\"sk-acme\"] }");

        List<HttpResponse<String>> replies = List.of(
                gateway.chat(CHAT),
                gateway.chat(CHAT, "authorization", "Bearer sk-wrong"),
                gateway.chat(CHAT, "authorization", "Bearer "),
                gateway.chat(CHAT, "authorization", "Basic c2stYWNtZQ=="),
                gateway.get("/v1/models"),
                gateway.get("/v1/files"));

        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.statusCode()).isEqualTo(401);
            assertThat(reply.headers().firstValue("www-authenticate")).hasValue("Bearer");
            assertThat(reply.body())
                    .contains("\"type\":\"invalid_request_error\"", "\"code\":\"invalid_api_key\"")
                    .doesNotContain("sk-wrong");
        });
        assertThat(keyless.startedRequests() + keyed.startedRequests()).isZero();
    }

    @Test
    void eitherKeyOpensTheTenant_whenKeysOverlapDuringARotation() {
        gateway("- { id: acme, keys: [\"sk-old\", \"sk-new\"] }");

        assertThat(gateway.chat(CHAT, "authorization", "Bearer sk-old").statusCode())
                .isEqualTo(200);
        assertThat(gateway.chat(CHAT, "authorization", "bearer sk-new").statusCode())
                .isEqualTo(200);
        assertThat(gateway.chat(CHAT, "x-api-key", "sk-new").statusCode()).isEqualTo(200);
    }

    @Test
    void keepsTheTenantsKey_whenTheUpstreamHasNoneOfItsOwn() {
        gateway("- { id: acme, keys: [\"sk-acme\"] }");

        gateway.chat(CHAT, "authorization", "Bearer sk-acme");
        send("/v1/files", "authorization", "Bearer sk-acme");
        send("/v1/messages", "x-api-key", "sk-acme");

        assertThat(keyless.requests())
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.toString().toLowerCase(Locale.ROOT))
                        .doesNotContain("sk-acme", "authorization", "x-api-key"));
    }

    @Test
    void sendsTheUpstreamsOwnKeyOnly_whenItHasOne() {
        gateway("- { id: acme, keys: [\"sk-acme\"], upstream: keyed }\n- { id: open, upstream: keyed }");
        String locked = CHAT.replace("smart", "locked");

        gateway.chat(locked, "authorization", "Bearer sk-acme");
        gateway.chat(locked, "authorization", "Bearer sk-client", "x-api-key", "sk-client", "api-key", "sk-client");
        send("/v1/files", "authorization", "Bearer sk-client");

        assertThat(keyed.requests()).hasSize(3).allSatisfy(request -> {
            assertThat(request.headerValues("authorization")).containsExactly("Bearer sk-upstream");
            assertThat(request.toString()).doesNotContain("sk-acme", "sk-client");
        });
    }

    @Test
    void passesTheClientsOwnCredential_whenTheTenantIsOpen() {
        gateway("- { id: open }");

        gateway.chat(CHAT, "authorization", "Bearer sk-client");
        send("/v1/files", "authorization", "Bearer sk-client");
        send("/v1/messages", "x-api-key", "sk-client");

        assertThat(keyless.requests().get(0).header("authorization")).isEqualTo("Bearer sk-client");
        assertThat(keyless.requests().get(1).header("authorization")).isEqualTo("Bearer sk-client");
        assertThat(keyless.requests().get(2).header("x-api-key")).isEqualTo("sk-client");
    }

    @Test
    void keepsATenantsKeyHiddenBehindAnother_whenAnOpenTenantIsThereToo() {
        gateway("- { id: acme, keys: [\"sk-acme\"] }\n- { id: open }");

        gateway.chat(CHAT, "authorization", "Bearer sk-client", "x-api-key", "sk-acme");

        assertThat(keyless.lastRequest().toString()).doesNotContain("sk-acme", "sk-client");
        gateway.awaitLogged("request_finished", "\"tenant\":\"acme\"");
    }

    @Test
    void routesEachTenantByItsOwnRules() {
        gateway("""
                - id: thrifty
                  keys: ["sk-thrifty"]
                  routes: [{ match: { model: "smart" }, mode: rules, arms: [direct, bare] }]
                - { id: plain, keys: ["sk-plain"] }""");

        HttpResponse<String> thrifty = gateway.chat(CHAT, "authorization", "Bearer sk-thrifty");
        HttpResponse<String> plain = gateway.chat(CHAT, "authorization", "Bearer sk-plain");

        assertThat(thrifty.headers().firstValue("x-fresnel-decision")).hasValue("bare");
        assertThat(plain.headers().firstValue("x-fresnel-decision")).hasValue("direct");
        assertThat(plain.headers().firstValue("x-fresnel-reason")).hasValue("no_route");
    }

    private void send(String path, String header, String value) {
        HttpResponse<String> reply =
                gateway.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
                        .header(header, value)
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                        .build());
        assertThat(reply.statusCode()).isEqualTo(200);
    }
}
