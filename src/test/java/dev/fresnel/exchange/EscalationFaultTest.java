package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.HeapSpendStore;
import dev.fresnel.chat.Usage;
import dev.fresnel.config.GatewayConfig;
import dev.fresnel.edge.OpenAiErrors;
import dev.fresnel.tenant.Pass;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.value.RequestId;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault of the gateway's own while a worker's answer is seen to: here a listener that throws. */
class EscalationFaultTest {
    private static final Usage USAGE = Usage.of(400, 3000);
    private static final String OBJECT = "{\"model\":\"smart\",\"response_format\":{\"type\":\"json_object\"},"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{ enabled: true, repair: true }", "{ enabled: true, retry: true }", "true"})
    void passesTheWorkersAnswerOnAsItWas_whenSeeingToItFails(String escalation) throws Exception {
        String answer = "```json\n{}\n```";
        cheap.byDefault(Script.chat(answer, USAGE));
        smart.byDefault(Script.error(503));

        HttpResponse<String> reply = ask(escalation);

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo(ChatJson.completion("cheap", answer, USAGE));
    }

    private HttpResponse<String> ask(String escalation) throws IOException, InterruptedException {
        GatewayConfig config = StorelessParts.config(
                smart.baseUri(), cheap.baseUri(), "mode: rules\narms: [direct, fast-bare]\nescalation: " + escalation);
        Parts parts = new StorelessParts(vertx).parts(config, new HeapSpendStore(), event -> {
            if (event instanceof ExchangeEvent.AnswerRejected) {
                throw new IllegalStateException("a fault of ours");
            }
        });
        Exchanges exchanges = new Exchanges(parts);
        HttpServer server = Await.result(vertx.createHttpServer()
                .requestHandler(request -> request.body()
                        .onSuccess(body -> exchanges.chat(arrival(config, request), body, client(request))))
                .listen(0, "127.0.0.1"));
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(
                    HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + server.actualPort() + "/v1/chat/completions"))
                            .POST(HttpRequest.BodyPublishers.ofString(OBJECT))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private static Arrival arrival(GatewayConfig config, HttpServerRequest request) {
        return new Arrival(
                new RequestId("request-1"),
                config.tenants().getFirst(),
                Optional.empty(),
                "/chat/completions",
                request.headers(),
                Optional.empty(),
                0,
                Pass.unlimited());
    }

    private static ClientSide client(HttpServerRequest request) {
        return new ClientSide(
                request, new RequestId("request-1"), new OpenAiErrors(), new ClientSide.Lifecycle(() -> {}, () -> {}));
    }
}
