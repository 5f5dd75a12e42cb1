package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EffectiveConfigTest {
    @Test
    void showsWhatIsInForce_withoutAnySecret() throws IOException {
        GatewayConfig config =
                Configs.valid(Configs.load(ConfigKeysTest.fullExample(), Map.of("OPENAI_API_KEY", "sk-canary-1")));

        String table = EffectiveConfig.describe(config);

        assertThat(table.lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "listen.data 0.0.0.0:18080",
                        "listen.admin-token [secret]",
                        "upstreams.openai.api-key [secret]",
                        "upstreams.openai.timeouts.first-byte 90s",
                        "upstreams.local.api-key -",
                        "models.gpt-4o.supports [tools, vision]",
                        "models.gpt-4o.context-window 128000",
                        "aliases.clever first-hop",
                        "prices.gpt-4o.cached-input 1.25",
                        "workers.fast-worker.fallback [clever, gpt-4o]",
                        "tenants[0].keys[1] [secret]",
                        "tenants[0].daily-budget 12.34",
                        "tenants[0].routes[0].plan.mode shadow",
                        "tenants[0].routes[0].plan.arms [direct]",
                        "tenants[0].routes[0].plan.lens.ttl 4h",
                        "limits.max-body 1048576",
                        "events.prompts plain");
        assertThat(table).doesNotContain("sk-canary", "key-of-acme", "admin-token-1");
    }
}
