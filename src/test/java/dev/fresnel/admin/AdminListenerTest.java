package dev.fresnel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.testing.TestGateway;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin listener shows nothing but probes to who has no token (X3). */
class AdminListenerTest {
    private static final String UNUSED = """
            upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
            tenants: [{ id: acme }]
            """;
    private static final String LOCKED =
            "listen: { data: \"127.0.0.1:0\", admin: \"127.0.0.1:0\", admin-token: secret }\n" + UNUSED;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/metrics",
                "/metrics/",
                "/admin/status",
                "/admin/events",
                "/admin/",
                "/admin",
                "/nothing",
                "//metrics",
                "/livez/../metrics",
                "/%6detrics"
            })
    void answers401_whenTheTokenIsMissingOrWrong(String path) {
        try (TestGateway gateway = TestGateway.start(LOCKED)) {
            assertThat(gateway.adminReply(path).statusCode()).isEqualTo(401);
            HttpResponse<String> wrong = gateway.adminReply(path, "authorization", "Bearer secre");
            assertThat(wrong.statusCode()).isEqualTo(401);
            assertThat(wrong.headers().firstValue("www-authenticate")).hasValue("Bearer");
            assertThat(wrong.body()).doesNotContain("fresnel_");
        }
    }

    @Test
    void showsEverything_whenTheTokenIsRight() {
        try (TestGateway gateway = TestGateway.start(LOCKED)) {
            for (String path : new String[] {"/metrics", "/admin/status", "/admin/events"}) {
                assertThat(gateway.adminReply(path, "authorization", "Bearer secret")
                                .statusCode())
                        .as(path)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void saysWhereItIsSaidWhatIsServed_whenAskedForSomethingElse() {
        try (TestGateway gateway = TestGateway.start(UNUSED)) {
            HttpResponse<String> nothing = gateway.adminReply("/nothing");
            HttpResponse<String> post = gateway.send(java.net.http.HttpRequest.newBuilder(
                            java.net.URI.create("http://127.0.0.1:" + gateway.adminPort() + "/metrics"))
                    .POST(java.net.http.HttpRequest.BodyPublishers.noBody())
                    .build());

            assertThat(nothing.statusCode()).isEqualTo(404);
            assertThat(nothing.body())
                    .contains("GET /admin/openapi.yaml says what is served", "/console/")
                    .doesNotContain("/metrics", "<");
            assertThat(post.statusCode()).isEqualTo(405);
            assertThat(post.headers().firstValue("allow")).hasValue("GET");
            assertThat(post.body()).contains("GET");
        }
    }

    @Test
    void answersProbesToEverybody() {
        try (TestGateway gateway = TestGateway.start(LOCKED)) {
            for (String path : new String[] {"/livez", "/startupz", "/readyz"}) {
                assertThat(gateway.adminReply(path).statusCode()).as(path).isEqualTo(200);
            }
        }
    }

    @Test
    void needsNoToken_whenItIsOnALoopbackAddressAndNoneIsSet() {
        try (TestGateway gateway = TestGateway.start(UNUSED)) {
            assertThat(gateway.admin("/admin/status")).contains("\"draining\":false", "\"id\":\"acme\"");
            assertThat(gateway.admin("/metrics")).contains("fresnel_connections");
        }
    }
}
