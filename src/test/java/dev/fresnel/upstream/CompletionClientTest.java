package dev.fresnel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Feature;
import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.value.GatewayFailure;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompletionClientTest {
    private static final String USED = "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":0}";

    private final UpstreamFixture fixture = new UpstreamFixture();
    private final FakeUpstream fake = fixture.fake;

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void asksAndReadsTheAnswer() {
        fake.byDefault(Script.completion("{\"heuristics\":[\"a\\n\"]}", new Usage(120, 20, 80, 10)));

        Completion completion = Await.result(smart().complete(aCall(Set.of(), Optional.empty())));

        assertThat(completion.text()).isEqualTo("{\"heuristics\":[\"a\\n\"]}");
        assertThat(completion.model()).isEqualTo("real-smart");
        assertThat(completion.usage()).contains(new Usage(120, 20, 80, 10));
        assertThat(completion.finishReason()).contains("stop");
        assertThat(fake.lastRequest().uri()).isEqualTo("/v1/chat/completions");
        assertThat(fake.lastRequest().header("authorization")).isEqualTo("Bearer sk-acme");
        assertThat(fake.lastRequest().header("x-fresnel-internal")).isEqualTo("lens");
        assertThat(fake.lastRequest().bodyText())
                .isEqualTo(
                        "{\"model\":\"real-smart\",\"messages\":[{\"role\":\"system\",\"content\":\"You \\\"plan\\\".\"},"
                                + "{\"role\":\"user\",\"content\":\"Task\\n\"}],\"temperature\":0.3,\"max_tokens\":2000,\"stream\":false}");
    }

    @Test
    void usesTheClientsCredential_whenTheUpstreamHasNoKey() {
        fake.byDefault(Script.completion("ok", Usage.NONE));
        Upstream open = new Upstream(
                "acme", fake.baseUri(), new Credential.Client(), UpstreamFixture.PATIENT, PoolLimits.DEFAULT);

        assertThat(Await.result(smart(open).complete(aCall(Set.of(), Optional.empty())))
                        .text())
                .isEqualTo("ok");

        assertThat(fake.lastRequest().headerValues("authorization")).containsExactly("Bearer sk-client");
    }

    @Test
    void showsNoCredential_whenTheUpstreamIsToBeShownNone() {
        fake.byDefault(Script.completion("ok", Usage.NONE));
        Upstream own = new Upstream(
                "acme", fake.baseUri(), new Credential.None(), UpstreamFixture.PATIENT, PoolLimits.DEFAULT);

        assertThat(Await.result(smart(own).complete(aCall(Set.of(), Optional.empty())))
                        .text())
                .isEqualTo("ok");

        assertThat(fake.lastRequest().headerValues("authorization")).isEmpty();
    }

    @Test
    void asksForTheSchemaOnly_whenTheModelCanFollowIt() {
        fake.byDefault(Script.completion("ok", Usage.NONE));
        Optional<CompletionCall.JsonSchema> schema =
                Optional.of(new CompletionCall.JsonSchema("lens", "{\"type\":\"object\"}"));

        Await.result(smart().complete(aCall(Set.of(Feature.JSON_SCHEMA), schema)));
        assertThat(fake.lastRequest().bodyText())
                .contains("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"lens\","
                        + "\"strict\":true,\"schema\":{\"type\":\"object\"}}}");

        Await.result(smart().complete(aCall(Set.of(Feature.JSON_OBJECT), schema)));
        assertThat(fake.lastRequest().bodyText()).contains("\"response_format\":{\"type\":\"json_object\"}");

        Await.result(smart().complete(aCall(Set.of(), schema)));
        assertThat(fake.lastRequest().bodyText()).doesNotContain("response_format");
    }

    @Test
    void leavesOutWhatTheModelRefuses() {
        fake.reply(Script.json(
                400, "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens'\",\"param\":\"max_tokens\"}}"));
        fake.reply(Script.json(
                400, "{\"error\":{\"message\":\"x\",\"param\":\"temperature\",\"code\":\"unsupported_value\"}}"));
        fake.reply(Script.completion("ok", Usage.NONE));

        assertThat(Await.result(smart().complete(aCall(Set.of(), Optional.empty())))
                        .text())
                .isEqualTo("ok");

        assertThat(fake.lastRequest().bodyText())
                .contains("\"max_completion_tokens\":2000")
                .doesNotContain("\"max_tokens\"")
                .doesNotContain("temperature");
    }

    @Test
    void readsContentInParts_refusals_andMissingFields() {
        fake.reply(Script.json("{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"},7,"
                + "{\"type\":\"text\",\"text\":\"b\"}]}},{\"message\":{\"content\":\"second\"}}],\"usage\":null}"));
        fake.reply(Script.json("{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I cannot\"}}],"
                + "\"usage\":{\"prompt_tokens\":\"5\",\"completion_tokens\":-1,\"prompt_tokens_details\":null}}"));

        Completion parts = Await.result(smart().complete(aCall(Set.of(), Optional.empty())));
        Completion refusal = Await.result(smart().complete(aCall(Set.of(), Optional.empty())));

        assertThat(parts.text()).isEqualTo("ab");
        assertThat(parts.model()).isEqualTo("real-smart");
        assertThat(parts.usage()).isEmpty();
        assertThat(refusal.text()).isEqualTo("I cannot");
        assertThat(refusal.usage()).contains(Usage.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>busy</html>",
                "[]",
                "{\"choices\":[]}",
                "{\"choices\":{}}",
                "{\"choices\":[{\"message\":{\"content\":\"cut",
                "{\"error\":{\"message\":\"in a 200\"}}",
            })
    void fails_whenTheReplyIsNoCompletion(String body) {
        fake.byDefault(Script.json(body));

        GatewayFailure failure = UpstreamFixture.failure(smart().complete(aCall(Set.of(), Optional.empty())));

        assertThat(failure).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
        assertThat(failure.publicMessage()).contains("'acme'").contains("not a chat completion");
    }

    @Test
    void stopsReading_whenTheReplyIsTooLong() {
        fake.byDefault(Script.endless(Duration.ZERO));

        GatewayFailure failure = UpstreamFixture.failure(smart().complete(aCall(Set.of(), Optional.empty())));

        assertThat(failure.publicMessage()).contains("longer than 1048576 bytes");
        Await.until("the reply was cut", () -> fake.openStreams() == 0);
    }

    @Test
    void endsTheCall_atTheDeadline() {
        fake.reply(Script.hang());
        fake.reply(Script.endless(Duration.ofMillis(20)));

        for (int i = 0; i < 2; i++) {
            GatewayFailure failure = UpstreamFixture.failure(
                    smart().complete(aCall(Set.of(), Optional.empty(), Duration.ofMillis(150))));

            assertThat(failure).isInstanceOf(GatewayFailure.UpstreamTimeout.class);
            assertThat(failure.publicMessage()).contains("150 ms");
        }
        Await.until("nothing goes on upstream", () -> fake.openStreams() == 0);
    }

    @Test
    void saysWhenToComeBack_whenRateLimited() {
        fake.byDefault(Script.rateLimited("17"));

        GatewayFailure failure = UpstreamFixture.failure(smart().complete(aCall(Set.of(), Optional.empty())));

        assertThat(failure)
                .isInstanceOfSatisfying(
                        GatewayFailure.RateLimited.class,
                        limited -> assertThat(limited.retryAfter()).isEqualTo(Duration.ofSeconds(17)));
        assertThat(fake.calls()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 500, 503})
    void fails_whenTheStatusIsNot200(int status) {
        fake.byDefault(Script.error(status));

        GatewayFailure failure = UpstreamFixture.failure(smart().complete(aCall(Set.of(), Optional.empty())));

        assertThat(failure).isInstanceOf(GatewayFailure.UpstreamUnavailable.class);
        assertThat(failure.publicMessage()).contains("status " + status).doesNotContain("sk-");
    }

    /** As for clients' requests: no error is billed unless it says so; what left and was not answered very likely is. */
    @ParameterizedTest
    @CsvSource({
        "status 503, 0",
        "status 429, 0",
        "status 500 with usage, 7",
        "no completion, 100",
        "no completion with usage, 7",
        "reset, 100",
        "silence, 100",
        "cut, 100"
    })
    void knowsWhatAFailedCallIsBilled(String how, long input) {
        fake.byDefault(
                switch (how) {
                    case "status 503" -> Script.error(503);
                    case "status 429" -> Script.rateLimited("1");
                    case "status 500 with usage" -> Script.json(500, "{\"error\":{}," + USED + "}");
                    case "no completion" -> Script.json("{}");
                    case "no completion with usage" -> Script.json("{\"choices\":[]," + USED + "}");
                    case "reset" -> Script.reset();
                    case "silence" -> Script.hang();
                    default -> Script.resetAfter(20, Script.json("{\"choices\":[{\"message\":{\"content\":\"a\"}}]}"));
                });

        Duration deadline = how.equals("silence") ? Duration.ofMillis(150) : Duration.ofSeconds(20);
        Throwable problem = Await.failure(smart().complete(aCall(Set.of(), Optional.empty(), deadline)));

        assertThat(CompletionFailed.billed(problem, Usage.of(100, 0)).orElse(Usage.NONE))
                .isEqualTo(Usage.of(input, 0));
    }

    @Test
    void isBilledNothing_whenTheCallNeverLeft() {
        Upstream nobody = new Upstream(
                "acme",
                URI.create("http://127.0.0.1:1/v1"),
                new Credential.Client(),
                UpstreamFixture.PATIENT,
                PoolLimits.DEFAULT);

        Throwable problem = Await.failure(smart(nobody).complete(aCall(Set.of(), Optional.empty())));

        assertThat(problem).isInstanceOf(CompletionFailed.class);
        assertThat(CompletionFailed.billed(problem, Usage.of(100, 0))).isEmpty();
    }

    @Test
    void fails_whenTheModelsUpstreamIsNotConfigured() {
        SmartModel lost = new CompletionClient(
                fixture.vertx, fixture.client, Tracing.OFF, Map::of, UpstreamFixture.retryRule(), fixture.nanos::get);

        GatewayFailure failure = UpstreamFixture.failure(lost.complete(aCall(Set.of(), Optional.empty())));

        assertThat(failure.publicMessage()).contains("'acme'").contains("not configured");
    }

    private SmartModel smart() {
        return smart(fixture.upstream());
    }

    private SmartModel smart(Upstream upstream) {
        return new CompletionClient(
                fixture.vertx,
                fixture.client,
                Tracing.OFF,
                () -> Map.of("acme", upstream),
                UpstreamFixture.retryRule(),
                fixture.nanos::get);
    }

    private static CompletionCall aCall(Set<Feature> supports, Optional<CompletionCall.JsonSchema> schema) {
        return aCall(supports, schema, Duration.ofSeconds(20));
    }

    private static CompletionCall aCall(
            Set<Feature> supports, Optional<CompletionCall.JsonSchema> schema, Duration deadline) {
        Model model = new Model(
                new ModelName("smart"),
                "acme",
                new ModelName("real-smart"),
                Tier.LARGE,
                OptionalLong.empty(),
                supports);
        return new CompletionCall(
                new RequestId("fr-1"),
                CallPurpose.LENS,
                model,
                Optional.of(new Secret("Bearer sk-client")),
                "You \"plan\".",
                "Task\n",
                0.3,
                2000,
                schema,
                deadline);
    }
}
