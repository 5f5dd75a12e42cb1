package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** X1: a secret in the wrong place of a config is refused in words that do not repeat it; those words go to logs and to the admin API. */
class MisplacedSecretsTest {
    private static final String SECRET = "sk-canary-5f1e9c02d7";

    private static final String REST = """
            upstreams: { openai: { base-url: "https://api.openai.com/v1" } }
            models: { m: { upstream: openai } }
            tenants: [{ id: acme }]
            """;

    private static String told(String yaml, Map<String, String> env) {
        Path file = Path.of("fresnel.yaml");
        return switch (ConfigLoader.load(yaml, Path.of(""), env)) {
            case ConfigResult.Invalid(var problems, var warnings, var _) ->
                String.join(
                        "\n",
                        Stream.concat(problems.stream(), warnings.stream())
                                .map(problem -> problem.describe(file))
                                .toList());
            case ConfigResult.Valid valid -> "valid: " + valid.inForce() + valid.config() + valid.warnings();
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // As a name of something.
                "upstreams: { openai: { base-url: 'https://x.example/v1', SECRET: 1 } }",
                "upstreams: { openai: { base-url: 'https://x.example/v1', api-key: { SECRET: } } }",
                "tenants: [{ id: acme, keys: [{ SECRET: team }] }]",
                "tenants: [{ id: acme, keys: { SECRET: team } }]",
                "tenants: [{ id: acme, SECRET: }]",
                "SECRET: 1",
                // As another value.
                "tenants: [{ id: 'acme SECRET' }]",
                "listen: { data: 'SECRET@127.0.0.1:80:80' }",
                "listen: { data: 'SECRET' }",
                "limits: { max-body: SECRET }",
                "models: { m: { upstream: openai, price: SECRET } }",
                "defaults: { mode: SECRET }",
                // In an address.
                "upstreams: { openai: { base-url: 'https://user:SECRET@x.example/v1' } }",
                "upstreams: { openai: { base-url: 'https://SECRET@x.example/v1' } }",
                "upstreams: { openai: { base-url: 'https://x.example/v1?api-key=SECRET' } }",
                "upstreams: { openai: { base-url: 'https://x.example/v1#SECRET' } }",
                "upstreams: { openai: { base-url: 'https://x.example/v1 SECRET' } }",
                "upstreams: { openai: { base-url: 'https://x.example:SECRET/v1' } }",
                "upstreams: { openai: { base-url: SECRET } }",
                "store: { redis: { url: 'redis://user:SECRET@r.example' } }",
                "store: { redis: { url: 'redis://r.example?password=SECRET' } }",
                "store: { redis: { url: 'redis://:SECRET/0' } }",
                "store: { redis: 'redis://:SECRET@r.example' }",
                "store: 'redis://:SECRET@r.example'",
                "telemetry: { otlp: { endpoint: 'http://t:SECRET@c.example:4318' } }",
                "telemetry: { otlp: { endpoint: 'http://c.example:4318/?key=SECRET' } }",
                "telemetry: { otlp: { endpoint: 'http://c.example:4318', headers: [SECRET] } }",
                // As a secret that cannot be one.
                "listen: { admin-token: 'SECRET with spaces' }",
                "listen: { admin-token: \"SECRET\\n\" }",
                "upstreams: { openai: { base-url: 'https://x.example/v1', api-key: 'Bearer SECRET' } }",
                "upstreams: { openai: { base-url: 'https://x.example/v1', api-key: [SECRET] } }",
                "upstreams: { openai: { base-url: 'https://x.example/v1', api-key: 'x${SECRET}' } }",
                "tenants: [{ id: acme, keys: ['sha256:SECRET'] }]",
                "tenants: [{ id: acme, keys: [SECRET, SECRET] }]",
                "tenants: [{ id: acme, keys: [SECRET] }, { id: other, keys: [SECRET] }]",
                "tenants: [{ id: acme, access: open, keys: [SECRET] }]",
                // Next to, and in, what is no YAML.
                "listen: { admin-token: SECRET",
                "listen: { admin-token: \"SECRET }",
                "listen: { admin-token: 'SECRET' SECRET }",
                "listen:\n  admin-token: SECRET: x",
                "listen:\n  admin-token: *SECRET",
                "listen:\n  admin-token: &SECRET",
                "listen:\n  admin-token: !SECRET",
                "listen:\n  admin-token: !SECRET!x",
                "listen:\n  admin-token: !<SECRET",
                "listen:\n  admin-token: %SECRET",
                "listen:\n  admin-token: @SECRET",
                "listen:\n  admin-token: `SECRET",
                "listen:\n  admin-token: \"SECRET\\q\"",
                "listen:\n  admin-token: |9SECRET",
                "listen:\n\tadmin-token: SECRET",
                "listen:\n  admin-token: SECRET\n admin: x",
                "%TAG !SECRET! tag:x\n%TAG !SECRET! tag:x\n---\nlisten: {}",
                "%SECRET\n---\n%SECRET"
            })
    void isRefused_andNotRepeated(String written) {
        String yaml = written.replace("SECRET", SECRET) + "\n" + missing(written);

        assertThat(told(yaml, Map.of()))
                .isNotEmpty()
                .doesNotStartWith("valid")
                .doesNotContain(SECRET, SECRET.substring(10));
    }

    /** What the text says of nothing of its own, so that it is refused for the secret and not for what is missing. */
    private static String missing(String written) {
        StringBuilder rest = new StringBuilder();
        REST.lines()
                .filter(line -> !written.contains(line.substring(0, line.indexOf(':') + 1)))
                .forEach(line -> rest.append(line).append('\n'));
        return rest.toString();
    }

    /** Where it belongs, by every way in. */
    @Test
    void isTaken_andNotRepeated() {
        String yaml = """
                listen: { admin-token: "${TOKEN}" }
                store: { redis: { url: "redis://127.0.0.1", user: fresnel, password: "${PASSWORD:-%1$s}" } }
                telemetry: { otlp: { endpoint: "http://127.0.0.1:4318", headers: { authorization: "Bearer %1$s" } } }
                upstreams: { openai: { base-url: "https://api.openai.com/v1", api-key: %1$s } }
                models: { m: { upstream: openai } }
                tenants: [{ id: acme, keys: [%1$s, { key: "${KEY}", name: other }] }]
                """.formatted(SECRET);

        assertThat(told(yaml, Map.of("TOKEN", SECRET, "KEY", SECRET + "2")))
                .startsWith("valid")
                .contains("[secret]", "acme")
                .doesNotContain(SECRET);
    }

    /** Nor what stands in the environment for another key. */
    @Test
    void aVariable_isNamedAndNotRepeated() {
        for (String written : List.of(
                "limits: { max-body: \"${V}\" }",
                "listen: { data: \"${V}\" }",
                "defaults: { mode: \"${V}\" }",
                "tenants: [{ id: \"${V}\" }]",
                "store: { redis: { url: \"${V}\" } }",
                "upstreams: { openai: { base-url: \"${V}\" } }")) {
            assertThat(told(written + "\n" + missing(written), Map.of("V", SECRET + " @")))
                    .as(written)
                    .contains("V")
                    .doesNotContain(SECRET);
        }
    }

    /** A name that is merely misspelt is what the message is about. */
    @Test
    void aMisspeltName_isRepeated() {
        assertThat(told("listen: { admin-tokne: x, claude_3_5: 1 }\n" + REST, Map.of()))
                .contains("listen.admin-tokne", "did you mean \"admin-token\"?", "listen.claude_3_5");
        assertThat(told("limits: { max-body: 12parsecs }\n" + REST, Map.of())).contains("12parsecs");
    }
}
