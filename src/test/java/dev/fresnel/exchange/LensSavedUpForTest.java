package dev.fresnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.testing.Await;
import dev.fresnel.testing.Script;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Ski rental through a whole gateway: requests go direct until what they missed reaches the price of the lens. */
class LensSavedUpForTest {
    private static final String TASK =
            "{\"model\":\"smart\",\"messages\":[{\"role\":\"user\",\"content\":\"Explain how tides work to a child\"}]}";

    @Test
    void writesTheLens_onceTheSavingsMissedReachItsPrice() {
        try (Scene scene = Scene.with(Scene.DELEGATING)) {
            scene.smart.byDefault(Script.chat("from smart", Usage.of(20, 400)));
            int direct = 0;
            double before = 0;
            while (scene.teacher.requests().isEmpty()) {
                HttpResponse<String> reply = scene.gateway.chat(TASK, "x-fresnel-explain", "true");
                assertThat(reply.headers().firstValue("x-fresnel-decision")).contains("direct");
                String trace = reply.headers().firstValue("x-fresnel-trace").orElseThrow();
                double missed = number(trace, "missed_saving_usd");
                assertThat(missed)
                        .as("grows with every request that does without")
                        .isGreaterThan(before - 1e-12);
                before = missed + 1e-9;
                if (number(trace, "missed_saving_usd") + number(trace, "expected_saving_usd")
                        >= number(trace, "lens_cost_usd")) {
                    Await.until(
                            "the lens is asked for",
                            () -> !scene.teacher.requests().isEmpty());
                } else {
                    assertThat(reply.headers().firstValue("x-fresnel-reason")).contains("no_rule_fired");
                    direct++;
                }
                assertThat(direct).isLessThan(50);
            }

            assertThat(direct).as("one answer does not repay a lens").isPositive();
            Await.until(
                    "the lens is used",
                    () -> scene.gateway
                            .chat(TASK)
                            .headers()
                            .firstValue("x-fresnel-lens")
                            .filter(lens -> lens.endsWith("hit"))
                            .isPresent());
            assertThat(scene.teacher.requests()).hasSize(1);
        }
    }

    @Test
    void saysThatTheLensIsNotDue_whenAnotherRuleWantsIt() {
        try (Scene scene = Scene.with(Scene.DELEGATING + "\nrules: { threshold-tokens: 1 }")) {
            HttpResponse<String> reply = scene.gateway.chat(TASK);

            assertThat(reply.headers().firstValue("x-fresnel-decision")).contains("direct");
            assertThat(reply.headers().firstValue("x-fresnel-reason")).contains("output_above_threshold, lens_not_due");
            assertThat(scene.teacher.requests()).isEmpty();
        }
    }

    @Test
    void asksNobodyAndCountsNothing_whenItIsOnlyExplained() {
        try (Scene scene = Scene.with(Scene.DELEGATING)) {
            for (int i = 0; i < 3; i++) {
                String json =
                        scene.gateway.chat(TASK, "x-fresnel-explain", "dry-run").body();
                assertThat(number(json, "missed_saving_usd")).isZero();
            }
            assertThat(scene.smart.requests()).isEmpty();
        }
    }

    @Test
    void writesItForTheFirst_whenTheOperatorSaysHowOftenItIsUsed() {
        try (Scene scene = Scene.with(Scene.DELEGATING + "\nrules: { expected-uses: 50 }")) {
            HttpResponse<String> reply = scene.gateway.chat(TASK);

            assertThat(reply.headers().firstValue("x-fresnel-reason")).contains("break_even, lens_building");
        }
    }

    private static double number(String json, String name) {
        Matcher found = Pattern.compile("\"arm\":\"fast-worker\",\"model\".*?\"" + name + "\":([0-9.E+-]+|null)")
                .matcher(json);
        assertThat(found.find()).as(json).isTrue();
        assertThat(found.group(1)).as(name + " in " + json).isNotEqualTo("null");
        return Double.parseDouble(found.group(1));
    }
}
