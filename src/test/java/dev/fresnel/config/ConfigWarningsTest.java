package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file may say and hardly means: limits that bind nothing, lists that leave nothing, keys that are over or easy to find (T5, S41). */
class ConfigWarningsTest {
    private static final String HASH = "\"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"";
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");

    private static List<String> ofTenant(String keys) {
        return Configs.warnings("""
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                models:
                  big: { upstream: main, price: { input: 1, cached-input: 1, output: 1 } }
                  small: { upstream: main, price: { input: 1, cached-input: 1, output: 1 } }
                aliases: { little: small }
                workers: { fast: { model: small } }
                tenants:
                  - id: acme
                """ + keys.indent(4));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    budget: { daily: 11, monthly: 10 }             | budget.daily   | tenants[0].budget.monthly
                    budget: { daily: 11, total: 10 }               | budget.daily   | tenants[0].budget.total
                    budget: { monthly: 11, total: 10 }             | budget.monthly | tenants[0].budget.total
                    limits: { concurrent-streams: 3, concurrent-requests: 2 } | limits.concurrent-streams | tenants[0].limits.concurrent-requests
                    """)
    void aLimitThatALongerOrWiderOneComesBefore(String limits, String key, String first) {
        assertThat(ofTenant(limits))
                .singleElement()
                .asString()
                .contains("tenants[0]." + key + ": is never reached, since " + first
                        + " is lower; lower it, raise the other, or remove it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    budget: { daily: 10 }   | budget: { daily: 11 }   | daily   | daily
                    budget: { monthly: 10 } | budget: { daily: 11 }   | daily   | monthly
                    budget: { total: 10 }   | budget: { monthly: 11 } | monthly | total
                    """)
    void aKeysBudgetAboveThatOfItsTenant(String tenant, String key, String name, String first) {
        assertThat(ofTenant("keys: [{ key: " + HASH + ", " + key + " }]\n" + tenant))
                .singleElement()
                .asString()
                .contains("tenants[0].keys[0].budget." + name + ": is never reached, since tenants[0].budget." + first);
    }

    @Test
    void aKeysLimitAboveThatOfItsTenant() {
        assertThat(ofTenant("""
                        keys: [{ key: %s, limits: { requests-per-minute: 61, concurrent-streams: 3 } }]
                        limits: { requests-per-minute: 60, concurrent-requests: 2 }
                        """.formatted(HASH)))
                .hasSize(2)
                .anyMatch(warning -> warning.contains("keys[0].limits.requests-per-minute: is never reached, since"
                        + " tenants[0].limits.requests-per-minute"))
                .anyMatch(warning -> warning.contains("keys[0].limits.concurrent-streams: is never reached, since"
                        + " tenants[0].limits.concurrent-requests"));
    }

    @Test
    void nothing_whereEachLimitBinds() {
        assertThat(ofTenant("""
                        keys:
                          - key: %s
                            budget: { daily: 1, monthly: 10, total: 1000 }
                            limits: { requests-per-minute: 60, concurrent-streams: 2 }
                        budget: { daily: 1, monthly: 10, on-low: prefer-cheap }
                        limits: { requests-per-minute: 60, concurrent-requests: 2 }
                        """.formatted(HASH))).isEmpty();
    }

    @Test
    void whatIsToBeDoneWithABudget_thatIsNotThere() {
        assertThat(ofTenant("budget: { on-low: prefer-cheap }"))
                .singleElement()
                .asString()
                .contains("budget.on-low: has no effect, since neither the tenant nor a key of it has a budget");
        assertThat(ofTenant("budget: { daily: 1, on-store-loss: deny }"))
                .singleElement()
                .asString()
                .contains("budget.on-store-loss: has no effect, since the store is not Redis");
        assertThat(ofTenant("keys: [{ key: " + HASH + ", budget: { daily: 1 } }]\nbudget: { on-low: prefer-cheap }"))
                .as("a key's budget is enough")
                .isEmpty();
    }

    private static String routed(String models, String key) {
        return "models: " + models + "\nkeys: [{ key: " + HASH + key
                + " }]\nroutes: [{ match: { model: big }, mode: rules, arms: [fast] }]";
    }

    @Test
    void modelsThatNoRouteTakes() {
        assertThat(ofTenant(routed("[little, o3]", "")))
                .singleElement()
                .asString()
                .contains("tenants[0].models: allows no declared model that a route takes, so nothing is delegated");
        assertThat(ofTenant(routed("[\"*\"]", ", models: [small]")))
                .singleElement()
                .asString()
                .contains("tenants[0].keys[0].models: allows no declared model that a route takes");
        assertThat(ofTenant(routed("[b*]", ", models: [\"*g\"]"))).isEmpty();
    }

    @Test
    void modelsOfAKey_thatItsTenantMayNotAskFor() {
        assertThat(ofTenant(routed("[big, small]", ", models: [big, o3, little]")))
                .as("an alias of an allowed model is allowed")
                .singleElement()
                .asString()
                .contains("tenants[0].keys[0].models[1]: is not among the models of the tenant");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-27, 'is over: the key opens nothing'",
        "2026-11-27T12:00Z, 'is over: the key opens nothing'",
        "2026-11-27T12:00:01Z, 'is less than 14 days away'",
        "2026-12-11, 'is less than 14 days away'",
        "2026-12-12, ''"
    })
    void keysThatAreOver_orSoonWillBe(String expires, String expected) {
        String yaml = Configs.MINIMAL.replace("openai.com/v1\"", "openai.com/v1\", api-key: \"${UP}\"")
                + "    keys: [{ key: " + HASH + ", expires: " + expires + " }]\n";

        List<Problem> warnings = ConfigLoader.load(yaml, Path.of("."), Map.of("UP", "u"), Optional.of(NOON))
                .warnings();

        assertThat(warnings).hasSize(expected.isEmpty() ? 0 : 1).allSatisfy(warning -> {
            assertThat(warning.key()).isEqualTo("tenants[0].keys[0].expires");
            assertThat(warning.message()).isEqualTo(expected);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "nineteen-characters, is shorter than 20 characters",
        "abababababababababababab, is made of fewer than 8 different characters",
        "sk-0123456789abcdefg, ''"
    })
    void keysThatAreEasyToFind(String key, String expected) {
        String yaml = """
                listen: { admin-token: "${A}" }
                upstreams: { main: { base-url: "http://127.0.0.1:9/v1" } }
                tenants: [{ id: acme, keys: ["${A}"] }]
                """;

        assertThat(Configs.load(yaml, Map.of("A", key)).warnings())
                .hasSize(expected.isEmpty() ? 0 : 2)
                .allSatisfy(warning -> {
                    assertThat(warning.key()).isIn("listen.admin-token", "tenants[0].keys[0]");
                    assertThat(warning.message()).startsWith(expected).endsWith(" and can be guessed");
                    assertThat(warning.remedy()).isEqualTo("take one that fresnel keys create prints");
                    assertThat(warning.toString()).doesNotContain(key);
                });
    }
}
