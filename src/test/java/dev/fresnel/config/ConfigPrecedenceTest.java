package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.RouteRules;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.ModelName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Route over tenant over defaults over the built-in values, each key for itself. */
class ConfigPrecedenceTest {
    /** An empty string stands for a layer that does not say it. */
    @ParameterizedTest
    @CsvSource({
        "'', '', '', 2000",
        "threshold-tokens: 1, '', '', 1",
        "threshold-tokens: 1, threshold-tokens: 2, '', 2",
        "threshold-tokens: 1, threshold-tokens: 2, threshold-tokens: 3, 3",
        "'', threshold-tokens: 2, '', 2",
        "threshold-tokens: 1, '', threshold-tokens: 3, 3",
    })
    void takesTheInnermostLayerThatSaysIt(String defaults, String tenant, String route, long expected) {
        RoutePlan plan = plan("rules: { " + defaults + " }", "rules: { " + tenant + " }", "rules: { " + route + " }");

        assertThat(plan.rules().thresholdTokens()).isEqualTo(expected);
    }

    @Test
    void mergesKeyByKey_whenLayersSayDifferentThings() {
        RoutePlan plan = plan(
                "{ mode: rules, lens: { ttl: 1h, deadline: 5s }, rules: { multi-part: { words: [chapter] } } }",
                "{ smart: gpt-4o, lens: { ttl: 2h, scope: app }, rules: { multi-part: false } }",
                "{ arms: [fast], lens: { ttl: 3h }, rules: { multi-part: { minimum: 9 } } }");

        assertThat(plan.mode()).isEqualTo(Mode.RULES);
        assertThat(plan.smart()).contains(new ModelName("gpt-4o"));
        assertThat(plan.arms()).isEqualTo(List.of(Arm.DIRECT, new Arm("fast")));
        assertThat(plan.lens().ttl()).isEqualTo(Duration.ofHours(3));
        assertThat(plan.lens().scope()).isEqualTo(LensPolicy.Scope.APP);
        assertThat(plan.lens().deadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(plan.lens().temperature()).isEqualTo(LensPolicy.DEFAULT.temperature());
        assertThat(plan.rules().multiPart()).isEqualTo(RouteRules.Toggle.OFF);
        assertThat(plan.rules().multiPartWords()).containsExactly("chapter");
        assertThat(plan.rules().multiPartMinimum()).isEqualTo(9);
    }

    @Test
    void delegatesNothing_whenNoLayerOptsIn() {
        RoutePlan plan = plan("{}", "{}", "{}");

        assertThat(plan).isEqualTo(RoutePlan.OFF);
    }

    @Test
    void keepsTheWrittenOrderOfArms_whenDirectIsNamed() {
        RoutePlan plan = plan("{}", "{}", "{ arms: [fast, direct] }");

        assertThat(plan.arms()).containsExactly(new Arm("fast"), Arm.DIRECT);
    }

    private static RoutePlan plan(String defaults, String tenant, String route) {
        GatewayConfig config = Configs.valid("""
                upstreams: { openai: { base-url: "https://api.openai.com/v1" } }
                models: { gpt-4o: { upstream: openai }, gpt-4o-mini: { upstream: openai } }
                workers: { fast: { model: openai-cheap } }
                defaults: { %s }
                tenants:
                  - { id: acme, %s, routes: [ { match: { model: "*" }, %s } ] }
                """.formatted(bare(defaults), bare(tenant), bare(route))
                .replace(", ,", ",")
                .replace(",  }", " }"));
        return config.tenants().getFirst().routes().getFirst().plan();
    }

    private static String bare(String block) {
        return block.startsWith("{") ? block.substring(1, block.length() - 1).strip() : block;
    }
}
