package dev.fresnel.it;

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
import org.junit.jupiter.api.Test;

/** S37 over real HTTP: a task without a lens tries that of a similar one, and says so. */
class NearLensTest {
    private static final int TASKS = 400;

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    NearLensTest() {
        smart.byDefault(LensScripts.smart("from smart", Usage.of(20, 300)));
        cheap.byDefault(Script.chat("from cheap", Usage.of(20, 300)));
    }

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void triesTheLensOfASimilarTask_forOneInTwenty_andCountsIt() {
        try (TestGateway gateway = gateway("minhash")) {
            assertThat(how(ask(gateway, 0))).isEqualTo("built");
            int near = 0;
            for (int i = 1; i <= TASKS; i++) {
                HttpResponse<String> reply = ask(gateway, i);
                assertThat(how(reply)).isIn("near", "built");
                near += how(reply).equals("near") ? 1 : 0;
            }

            // 400 draws at .05: outside of this range once in a billion runs.
            assertThat(near).isBetween(1, 80);
            assertThat(gateway.admin("/metrics")).contains("fresnel_lens_served_total{how=\"near\"} " + near + ".0");
            assertThat(smart.requests().stream().filter(LensScripts::isLensCall).count())
                    .as("a near lens spares a writing")
                    .isEqualTo(1 + TASKS - near);
        }
    }

    @Test
    void triesNone_whenTheRouteDoesNotSaySo() {
        try (TestGateway gateway = gateway("off")) {
            for (int i = 0; i < 60; i++) {
                assertThat(how(ask(gateway, i))).isEqualTo("built");
            }
        }
    }

    private TestGateway gateway(String near) {
        return TestGateway.start(TestGateway.twoModels(
                smart.baseUri(),
                cheap.baseUri(),
                "mode: rules\narms: [direct, fast-worker]\nlens: { build: inline, near: " + near + " }"));
    }

    private static HttpResponse<String> ask(TestGateway gateway, int i) {
        return gateway.chat(
                "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Write CRUD endpoints for "
                        + (100 + i) + " entities of a shop\"}]}",
                "x-fresnel-arm",
                "fast-worker");
    }

    private static String how(HttpResponse<String> reply) {
        String lens = reply.headers().firstValue("x-fresnel-lens").orElse("(absent)");
        return lens.substring(lens.indexOf(' ') + 1);
    }
}
