package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.LensScripts;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The main job on real sockets: think once, generate many. */
class MainJobTest {
    static final String BIG_TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"}]}";
    static final String SMALL_TALK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi, how are you?\"}]}";

    private Vertx vertx;
    private FakeUpstream smart;
    private FakeUpstream cheap;
    private TestGateway gateway;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        smart = FakeUpstream.start(vertx);
        cheap = FakeUpstream.start(vertx);
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 3000)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(400, 3000)));
        gateway = TestGateway.start(
                TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), "mode: rules\narms: [direct, fast-worker]"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void thinksOnceAndGeneratesMany_whenABigTaskComesTwice() {
        HttpResponse<String> first = gateway.chat(BIG_TASK);
        HttpResponse<String> second = gateway.chat(BIG_TASK);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(first.body()).contains("from cheap");
        assertThat(header(first, "x-fresnel-decision")).isEqualTo("fast-worker");
        assertThat(header(first, "x-fresnel-lens")).endsWith("; built");
        assertThat(header(first, "x-fresnel-model")).isEqualTo("cheap");
        assertThat(header(second, "x-fresnel-lens")).endsWith("; hit");
        assertThat(smart.calls()).as("smart calls: the lens, once").isEqualTo(1);
        assertThat(cheap.calls()).isEqualTo(2);
        assertThat(cheap.lastRequest().bodyText())
                .contains("\"model\":\"cheap\"")
                .contains("Validate every request body")
                .contains("Generate CRUD endpoints for 5 entities");
    }

    @Test
    void staysDirectByteForByte_whenTheRequestIsSmallTalk() {
        HttpResponse<String> reply = gateway.chat(SMALL_TALK);

        assertThat(reply.body()).contains("from smart");
        assertThat(header(reply, "x-fresnel-decision")).isEqualTo("direct");
        assertThat(header(reply, "x-fresnel-reason")).isEqualTo("no_rule_fired");
        assertThat(smart.lastRequest().bodyText()).isEqualTo(SMALL_TALK);
        assertThat(cheap.calls()).isZero();
    }

    @Test
    void streamsTheCheapAnswer_whenTheClientStreams() {
        HttpResponse<String> reply = gateway.chat(BIG_TASK.replace("\"messages\"", "\"stream\":true,\"messages\""));

        assertThat(reply.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(reply.body()).contains("cheap").endsWith("data: [DONE]\n\n").doesNotContain("\"usage\":{");
        assertThat(cheap.lastRequest().asksForUsage()).as("we asked for usage").isTrue();
        assertThat(gateway.awaitLogged("delegation_finished"))
                .contains("\"output_tokens\":3000", "\"usage_measured\":true");
    }

    private static String header(HttpResponse<String> reply, String name) {
        return reply.headers().firstValue(name).orElse("(absent)");
    }
}
