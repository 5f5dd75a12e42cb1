package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EffectiveConfigTest {
    @Test
    void showsWhatIsInForce_withoutAnySecret() throws IOException {
        ConfigResult.Valid valid = (ConfigResult.Valid)
                Configs.load(ConfigKeysTest.fullExample(), Map.of("OPENAI_API_KEY", "sk-canary-1"));

        String table = valid.inForce();

        assertThat(table.lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "listen.data 0.0.0.0:18080",
                        "listen.admin-token [secret]",
                        "upstreams.openai.api-key [secret]",
                        "upstreams.openai.timeouts.first-byte 90s",
                        "upstreams.local.api-key - (none)",
                        "store.embedded /var/lib/fresnel",
                        "models.gpt-4o.supports [tools, vision]",
                        "models.gpt-4o.context-window 128000",
                        "aliases.clever first-hop",
                        "models.gpt-4o.price.cached-input 1.25",
                        "workers.fast-worker.fallback [clever, gpt-4o]",
                        "tenants[0].keys[0].key [secret]",
                        "tenants[0].budget.daily 12.34",
                        "tenants[0].routes[0].mode shadow",
                        "tenants[0].routes[0].arms [direct]",
                        "tenants[0].routes[0].lens.ttl 4h",
                        "limits.max-body 1MiB",
                        "events.prompts plain");
        List<String> keys = new ArrayList<>();
        Shape.walk(Shape.block(ConfigFile.class), (path, _) -> keys.add(path));
        assertThat(table.lines().map(line -> line.split(" ", 2)[0]))
                .as("only names that a file may have")
                .allMatch(name -> name.startsWith("aliases.")
                        || name.contains(".metadata.")
                        || name.startsWith("telemetry.otlp.headers.")
                        || keys.stream().anyMatch(key -> matches(key, name)));
        assertThat(table).doesNotContain("sk-canary", "key-of-acme", "admin-token-1", "hunter2");
    }

    /** Whether {@code name} is what {@code key} stands for, {@code *} being a name and {@code []} a place in a list. */
    private static boolean matches(String key, String name) {
        String form = Pattern.quote(key).replace("[]", "\\E\\[[0-9]+]\\Q").replace("*", "\\E(\"[^\"]+\"|[^.]+)\\Q");
        return name.matches(form);
    }
}
