package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.RouteRules;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TenantTest {
    private static final RoutePlan RULES = plan(Mode.RULES);
    private static final RoutePlan SHADOW = plan(Mode.SHADOW);

    @Test
    void takesTheFirstRouteThatCoversTheModel() {
        Tenant tenant = tenant(new TenantRoute("gpt-4o-mini", SHADOW), new TenantRoute("gpt-4o*", RULES));

        assertThat(tenant.routeFor(new ModelName("gpt-4o"), Optional.empty())).isEqualTo(RULES);
        assertThat(tenant.routeFor(new ModelName("gpt-4o-mini"), Optional.empty()))
                .isEqualTo(SHADOW);
    }

    @Test
    void coversARequestByItsAlias_orByWhatTheAliasMeans() {
        Tenant tenant = tenant(new TenantRoute("gpt-4o", RULES), new TenantRoute("team-*", SHADOW));

        assertThat(tenant.routeFor(new ModelName("openai-smart"), Optional.of(new ModelName("gpt-4o"))))
                .isEqualTo(RULES);
        assertThat(tenant.routeFor(new ModelName("team-model"), Optional.of(new ModelName("gpt-4.1"))))
                .isEqualTo(SHADOW);
    }

    @Test
    void delegatesNothing_whenNoRouteCoversTheModel() {
        assertThat(tenant(new TenantRoute("gpt-4o", RULES)).routeFor(new ModelName("o3"), Optional.empty()))
                .isEqualTo(RoutePlan.OFF);
        assertThat(tenant().routeFor(new ModelName("o3"), Optional.empty())).isEqualTo(RoutePlan.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o, gpt-4o, true",
        "gpt-4o, gpt-4o-mini, false",
        "gpt-4o, GPT-4o, false",
        "gpt-4o*, gpt-4o, true",
        "gpt-4o*, gpt-4o-mini, true",
        "*mini, gpt-4o-mini, true",
        "*mini, gpt-4o-mini-2, false",
        "g*o*i, gpt-4o-mini, true",
        "a*b*c, abcbc, true",
        "a*b*c, abcb, false",
        "*, anything, true",
        "**, anything, true",
        "'', anything, false",
        "gpt.4o, gpt-4o, false",
        "gpt-[34]o, gpt-4o, false",
        "(.*), gpt-4o, false",
        "a*, a*, true",
        "*a, 'b*a', true",
    })
    void starStandsForAnyCharacters_andAllElseForItself(String pattern, String model, boolean covered) {
        assertThat(new TenantRoute(pattern, RULES).covers(new ModelName(model))).isEqualTo(covered);
    }

    @Test
    void agreesWithARegularExpression_onRandomPatterns() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String pattern = text(random, "ab*");
            String name = text(random, "ab");
            boolean expected = Pattern.matches(pattern.replace("*", ".*"), name);

            assertThat(Glob.matches(pattern, name)).as(pattern + " on " + name).isEqualTo(expected);
        }
    }

    private static String text(Random random, String letters) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(8); length > 0; length--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static Tenant tenant(TenantRoute... routes) {
        return new Tenant(
                new TenantId("acme"),
                Tenant.Access.OPEN,
                List.of(),
                AllowedModels.ALL,
                "openai",
                List.of(routes),
                BudgetTerms.NONE,
                Limits.NONE);
    }

    private static RoutePlan plan(Mode mode) {
        return new RoutePlan(
                mode,
                Optional.empty(),
                List.of(Arm.DIRECT),
                RouteRules.DEFAULT,
                LensPolicy.DEFAULT,
                LearnedRules.DEFAULT);
    }
}
