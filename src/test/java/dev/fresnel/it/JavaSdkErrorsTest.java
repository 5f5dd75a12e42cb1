package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the official Java SDK makes of the errors that are the gateway's own. */
class JavaSdkErrorsTest {
    private static final String KEY = "sk-of-the-tenant-0123456789";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream provider = FakeUpstream.start(vertx);

    @BeforeEach
    void teach() {
        ScriptedProvider.teach(provider);
    }

    @AfterEach
    void stop() {
        provider.close();
        Await.result(vertx.close());
    }

    @Test
    void isABadRequestThatNamesTheField_whenMessagesAreNoList() {
        try (TestGateway gateway = SdkGateway.start(provider)) {
            JsonNode failure = call(gateway.baseUrl(), Map.of()).malformed();

            assertThat(failure.path("exception").asText()).isEqualTo("BadRequestException");
            assertThat(failure.path("status").asInt()).isEqualTo(400);
            assertThat(failure.path("type").asText()).isEqualTo("invalid_request_error");
            assertThat(failure.path("param").asText()).isEqualTo("messages");
            assertThat(failure.path("message").asText()).contains("messages");
            assertThat(provider.calls()).isZero();
        }
    }

    @Test
    void isABadRequestThatNamesTheHeader_whenTheArmIsUnknown() {
        try (TestGateway gateway = SdkGateway.start(provider)) {
            JsonNode failure = call(gateway.baseUrl(), Map.of("x-fresnel-arm", "fast-wroker"))
                    .onlyTry();

            assertThat(failure.path("exception").asText()).isEqualTo("BadRequestException");
            assertThat(failure.path("message").asText()).contains("x-fresnel-arm", "fast-worker");
            assertThat(provider.calls()).isZero();
        }
    }

    @Test
    void isUnauthorized_whenTheKeyIsNobodys() {
        try (TestGateway gateway = SdkGateway.keyed(provider, KEY)) {
            JsonNode failure = call(gateway.baseUrl(), Map.of()).onlyTry();

            assertThat(failure.path("exception").asText()).isEqualTo("UnauthorizedException");
            assertThat(failure.path("status").asInt()).isEqualTo(401);
            assertThat(failure.path("code").asText()).isEqualTo("invalid_api_key");
            assertThat(failure.path("message").asText()).isNotBlank().doesNotContain("sk-of-the-client");
            assertThat(provider.calls()).isZero();
        }
    }

    @Test
    void answers_whenTheKeyIsTheTenants() {
        try (TestGateway gateway = SdkGateway.keyed(provider, KEY)) {
            JsonNode completion = call(gateway.baseUrl(), Map.of()).withKey(KEY).onlyTry();

            assertThat(completion.at("/choices/0/message/content").asText()).isEqualTo(ScriptedProvider.TEXT);
        }
    }

    @Test
    void isNotFound_whenTheProviderDoesNotKnowTheModel() {
        try (TestGateway gateway = SdkGateway.start(provider)) {
            JsonNode failure = new SdkCall(gateway.baseUrl(), Lane.OFF, "unknown-model", "unknown", Map.of()).onlyTry();

            assertThat(failure.path("exception").asText()).isEqualTo("NotFoundException");
            assertThat(failure.path("code").asText()).isEqualTo("model_not_found");
        }
    }

    @Test
    void raises_whenTheProviderIsGone() {
        try (TestGateway gateway = SdkGateway.start(provider)) {
            provider.close();

            JsonNode failure = call(gateway.baseUrl(), Map.of()).onlyTry();

            assertThat(failure.path("exception").asText()).isEqualTo("InternalServerException");
            assertThat(failure.path("status").asInt()).isEqualTo(502);
            assertThat(failure.path("message").asText()).isNotBlank().doesNotContain("127.0.0.1", "Exception");
        }
    }

    @Test
    void listsModelsAndAliases() {
        try (TestGateway gateway = SdkGateway.start(provider)) {
            assertThat(call(gateway.baseUrl(), Map.of()).models()).contains("off-large", "large", "small");
            assertThat(provider.calls()).isZero();
        }
    }

    private static SdkCall call(URI base, Map<String, String> headers) {
        return new SdkCall(base, Lane.RULES_DIRECT, "text", "errors", headers);
    }
}
