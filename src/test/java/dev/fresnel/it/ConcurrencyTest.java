package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.RecordedRequest;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many first requests of one task at once: one call to the smart model, and everybody is answered. */
class ConcurrencyTest {
    private static final int CLIENTS = 200;
    private static final String ANSWER = "Here are your endpoints.";
    private static final String TASK =
            "Write CRUD endpoints for 5 entities: one module, 4 files and 12 tests for each of them.";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream provider = FakeUpstream.start(vertx);
    private final TestGateway gateway = SdkGateway.start(provider);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        http.close();
        gateway.close();
        provider.close();
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"large", "large-behind", "large-auto"})
    void oneSmartCallAnswersAll_whenTheyArriveTogether(String model) {
        provider.when(ConcurrencyTest::asksForLens, slowLens());
        provider.when(request -> true, Script.chat(ANSWER, Usage.of(30, 9)));

        List<HttpResponse<String>> replies = together(model);

        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
            assertThat(reply.body()).contains(ANSWER);
        });
        Await.until("the lens is asked for", () -> lensCalls() == 1);
        assertThat(answers()).hasSize(CLIENTS);
        Await.until("nothing stays open", () -> provider.openStreams() == 0);
        assertThat(lensCalls()).isOne();
    }

    @Test
    void allGetTheSameLens_whenTheyWaitForIt() {
        provider.when(ConcurrencyTest::asksForLens, slowLens());
        provider.when(request -> true, Script.chat(ANSWER, Usage.of(30, 9)));

        List<HttpResponse<String>> replies = together("large");

        assertThat(replies)
                .allSatisfy(reply -> assertThat(reply.headers().firstValue("x-fresnel-decision"))
                        .contains("fast-worker"));
        assertThat(answers()).allSatisfy(request -> {
            assertThat(request.model()).isEqualTo("small");
            assertThat(request.bodyText()).contains(ScriptedProvider.LENS_MARK);
        });
        assertThat(answers().stream().map(RecordedRequest::bodyText).distinct()).hasSize(1);
    }

    @Test
    void oneSmartCallAnswersAll_whenItFails() {
        provider.when(ConcurrencyTest::asksForLens, Script.delay(Duration.ofMillis(100), Script.error(400)));
        provider.when(request -> true, Script.chat(ANSWER, Usage.of(30, 9)));

        List<HttpResponse<String>> replies = together("large");

        assertThat(replies).allSatisfy(reply -> {
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
            assertThat(reply.body()).contains(ANSWER);
        });
        assertThat(lensCalls()).isOne();
        assertThat(answers()).allSatisfy(request -> assertThat(request.model()).isEqualTo("large"));
    }

    @Test
    void oneSmartCallForEachTask_whenTasksAreMixed() {
        provider.when(ConcurrencyTest::asksForLens, slowLens());
        provider.when(request -> true, Script.chat(ANSWER, Usage.of(30, 9)));

        List<HttpResponse<String>> replies = all(IntStream.range(0, CLIENTS)
                .mapToObj(client -> send("large", TASK + " Service " + client % 5 + "."))
                .toList());

        assertThat(replies).allSatisfy(reply -> assertThat(reply.statusCode()).isEqualTo(200));
        assertThat(lensCalls()).isEqualTo(5);
        assertThat(answers()).hasSize(CLIENTS);
    }

    private static Script slowLens() {
        return Script.delay(Duration.ofMillis(300), Script.completion(ScriptedProvider.LENS, Usage.of(400, 180)));
    }

    private static boolean asksForLens(RecordedRequest request) {
        return request.model().equals(ScriptedProvider.LENS_WRITER);
    }

    private long lensCalls() {
        return provider.requests().stream().filter(ConcurrencyTest::asksForLens).count();
    }

    private List<RecordedRequest> answers() {
        return provider.requests().stream()
                .filter(request -> !asksForLens(request))
                .toList();
    }

    private List<HttpResponse<String>> together(String model) {
        return all(IntStream.range(0, CLIENTS)
                .mapToObj(client -> send(model, TASK))
                .toList());
    }

    private CompletableFuture<HttpResponse<String>> send(String model, String task) {
        String body = "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"system\",\"content\":\"You are terse.\"},"
                + "{\"role\":\"user\",\"content\":\"" + task + "\"}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.baseUrl() + "/chat/completions"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private static List<HttpResponse<String>> all(List<CompletableFuture<HttpResponse<String>>> replies) {
        CompletableFuture<Void> every = CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new));
        return every.orTimeout(30, TimeUnit.SECONDS)
                .thenApply(done -> replies.stream().map(CompletableFuture::join).toList())
                .join();
    }
}
