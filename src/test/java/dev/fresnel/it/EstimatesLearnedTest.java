package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.ChatJson;
import dev.fresnel.testing.FakeUpstream;
import dev.fresnel.testing.Script;
import dev.fresnel.testing.TestGateway;
import io.vertx.core.Vertx;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What providers bill teaches what is expected, through a whole gateway. */
class EstimatesLearnedTest {
    private static final String SHADOW = "mode: shadow\narms: [direct, fast-bare]";
    private static final String QUESTION = "Tell me about the tides of the northern sea and what makes them so strong";
    private static final int ANSWERS = 30;

    private final Vertx vertx = Vertx.vertx();
    private final FakeUpstream smart = FakeUpstream.start(vertx);
    private final FakeUpstream cheap = FakeUpstream.start(vertx);

    @AfterEach
    void stop() {
        smart.close();
        cheap.close();
        Await.result(vertx.close());
    }

    @Test
    void expectsWhatWasBilled_streamedOrNot() {
        try (TestGateway gateway = gateway("")) {
            long input = told(gateway, "input_tokens");
            smart.byDefault(Script.chat("tides", new Usage(2 * input, 0, 1500, 300)));

            for (int i = 0; i < ANSWERS; i++) {
                chat(gateway, i % 2 == 0 ? "" : ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
            }
            awaitLearned(gateway);

            assertThat(told(gateway, "output_tokens_median")).isBetween(1300L, 1700L);
            assertThat(told(gateway, "reasoning_tokens_median")).isEqualTo(300);
            assertThat(told(gateway, "input_tokens")).isBetween(input * 18 / 10, 2 * input);
        }
    }

    @Test
    void learnsNothingFromAnswersThatWereCut() {
        try (TestGateway gateway = gateway("")) {
            long before = told(gateway, "output_tokens_median");
            smart.byDefault(reply -> Script.json(
                            ChatJson.completion(reply.request().model(), "ti", Usage.of(20, 4000))
                                    .replace("\"stop\"", "\"length\""))
                    .play(reply));
            for (int i = 0; i < ANSWERS; i++) {
                chat(gateway, "");
            }
            smart.byDefault(Script.error(500));
            chat(gateway, "");
            // Lessons are taken in order: once this one is learned, those before it would have been.
            smart.byDefault(Script.chat("tides", Usage.of(20, before)));
            chat(gateway, "");
            Await.until("one lesson", () -> metric(gateway, "fresnel_estimate_lengths_total") == 1);

            assertThat(told(gateway, "output_tokens_median")).isBetween(before * 8 / 10, before * 12 / 10);
        }
    }

    @Test
    void staysWithTheWords_whenLearningIsOff() {
        try (TestGateway gateway = gateway("estimates: { learn: false }\n")) {
            long before = told(gateway, "output_tokens_median");
            smart.byDefault(Script.chat("tides", Usage.of(20, 4000)));
            for (int i = 0; i < ANSWERS; i++) {
                chat(gateway, "");
            }

            assertThat(told(gateway, "output_tokens_median")).isEqualTo(before);
            assertThat(metric(gateway, "fresnel_estimate_lengths_total")).isZero();
        }
    }

    private TestGateway gateway(String more) {
        return TestGateway.start(TestGateway.twoModels(smart.baseUri(), cheap.baseUri(), SHADOW) + more);
    }

    private static void chat(TestGateway gateway, String members) {
        var _ = gateway.chat(body(members));
    }

    private static String body(String members) {
        return "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"" + QUESTION + "\"}]" + members
                + "}";
    }

    private static void awaitLearned(TestGateway gateway) {
        Await.until("all lessons", () -> metric(gateway, "fresnel_estimate_lengths_total") == ANSWERS);
    }

    private static long told(TestGateway gateway, String number) {
        String json = gateway.chat(body(""), "x-fresnel-explain", "dry-run").body();
        Matcher found = Pattern.compile("\"" + number + "\":(\\d+)").matcher(json);
        assertThat(found.find()).as(json).isTrue();
        return Long.parseLong(found.group(1));
    }

    private static double metric(TestGateway gateway, String name) {
        return gateway.admin("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
