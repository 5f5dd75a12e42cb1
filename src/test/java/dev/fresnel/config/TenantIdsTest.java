package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.JsonText;
import dev.fresnel.store.AdversarialNames;
import dev.fresnel.value.TenantId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** T4: a tenant's id has no character that a store, a log, a URL or a metric would take for something else. */
class TenantIdsTest {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

    @Test
    void theConfigRefuses_whatCouldBeTakenForAnother() {
        // What YAML itself does not let in, no file can say.
        List<String> ids = AdversarialNames.NO_TENANTS.stream()
                .filter(id -> id.indexOf('\u007f') < 0)
                .toList();
        String tenants = ids.stream()
                .map(id -> "  - { id: " + JsonText.quote(id) + ", keys: [sk-" + ids.indexOf(id) + "] }\n")
                .collect(Collectors.joining());

        ConfigResult result = ConfigLoader.load("""
                upstreams: { openai: { base-url: "https://api.openai.com/v1" } }
                models: { m: { upstream: openai } }
                tenants:
                """ + tenants, Path.of(""), Map.of());

        assertThat(result).isInstanceOfSatisfying(ConfigResult.Invalid.class, invalid -> {
            for (int i = 0; i < ids.size(); i++) {
                String key = "tenants[" + i + "].id";
                assertThat(invalid.problems())
                        .as("'%s'", ids.get(i))
                        .anyMatch(problem -> problem.key().equals(key));
            }
        });
    }

    @Test
    void theConfigTakes_whateverElseThereIs() {
        String tenants = AdversarialNames.TENANTS.stream()
                .map(id -> "  - { id: \"" + id + "\", keys: [\"sk-of-" + id + "\"] }\n")
                .collect(Collectors.joining());

        assertThat(ConfigLoader.load("""
                upstreams: { openai: { base-url: "https://api.openai.com/v1", api-key: x } }
                models: { m: { upstream: openai } }
                tenants:
                """ + tenants, Path.of(""), Map.of())).isInstanceOf(ConfigResult.Valid.class);
    }

    @Test
    void anId_isSixtyFourOfSixtyFiveCharacters() {
        Random random = new Random(13);
        for (int i = 0; i < 20_000; i++) {
            String text = AdversarialNames.ofClient(random);
            boolean plain =
                    !text.isEmpty() && text.length() <= 64 && text.chars().allMatch(c -> LETTERS.indexOf(c) >= 0);

            assertThat(TenantId.isOne(text)).as("'%s'", text).isEqualTo(plain);
        }
        AdversarialNames.NO_TENANTS.forEach(
                text -> assertThat(TenantId.isOne(text)).as("'%s'", text).isFalse());
    }
}
