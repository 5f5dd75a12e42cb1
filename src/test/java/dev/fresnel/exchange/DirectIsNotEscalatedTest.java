package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.RawConnection;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Escalation sees to workers' answers. What the requested model says is what the client asked for, good or bad (S43). */
class DirectIsNotEscalatedTest {
    private static final Usage USAGE = Usage.of(20, 300);
    private static final String REQUEST =
            "{\"model\":\"smart\",\"stream\":false,\"response_format\":{\"type\":\"json_object\"},"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";
    private static final String STREAMED = REQUEST.replace("false", "true");

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    /** The policy drew it, the client named it, or the drawn worker's lens is only being written. */
    @ParameterizedTest
    @CsvSource({
        "off, [direct|fast-bare], '', learned",
        "ucb, [direct|fast-bare], direct, client_arm",
        "ucb, [direct|fast-worker], fast-worker, 'client_arm, lens_building'"
    })
    void passesABadAnswerOnByteForByte(String rule, String arms, String named, String reasons) {
        String answer = ChatJson.completion("smart", "Sure! ```json\n{}\n```", USAGE);
        smart.byDefault(
                Script.byRequest(request -> request.bodyText().contains("response_format\":{\"type\":\"json_object")
                        ? Script.json(answer)
                        : Script.hang()));
        try (TestGateway gateway = gateway(rule, arms.replace("|", ", "))) {
            HttpResponse<String> reply =
                    named.isEmpty() ? gateway.chat(REQUEST) : gateway.chat(REQUEST, "x-fresnel-arm", named);

            assertThat(reply.body()).isEqualTo(answer);
            assertThat(reply.headers().firstValue("x-fresnel-decision")).contains("direct");
            assertThat(reply.headers().firstValue("x-fresnel-reason")).contains(reasons);
            assertThat(cheap.calls()).isZero();
            assertThat(smart.requests().stream()
                            .filter(request -> request.bodyText().equals(REQUEST)))
                    .as("asked once")
                    .hasSize(1);
            gateway.awaitLogged("request_finished");
            assertThat(gateway.logged("answer_rejected")).isEmpty();
        }
    }

    /** Its first event holds no text yet: a worker's stream would be kept back until one does. */
    @Test
    void holdsNothingOfAStreamBack() {
        smart.byDefault(Script.sse(ChatJson.events("smart", "words", Optional.of(USAGE)))
                .pacedBy(Duration.ofHours(1)));
        try (TestGateway gateway = gateway("off", "[direct, fast-bare]");
                RawConnection client = new RawConnection(gateway.port())) {
            var _ = client.send("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
                    + "content-length: " + STREAMED.length() + "\r\n\r\n" + STREAMED);

            assertThat(client.readUntil("\"role\":\"assistant\"")).contains("200 OK", "x-fresnel-decision: direct");
            assertThat(smart.openStreams()).as("it is still at it").isEqualTo(1);
        }
    }

    private TestGateway gateway(String rule, String arms) {
        String route = "mode: adaptive\narms: " + arms
                + "\nlens: { build: background }\nescalation: { enabled: true, repair: true, retry: true, hold: 5m }";
        return TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), route)
                        .replace("2s", "60s") + "policy: { rule: " + rule + " }\n");
    }
}
