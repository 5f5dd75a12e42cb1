package dev.fresnel.config;

import dev.fresnel.upstream.Upstream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Loads config text for the tests of this package. */
final class Configs {
    /** The least a file must say. */
    static final String MINIMAL = """
            upstreams:
              openai: { base-url: "https://api.openai.com/v1" }
            tenants:
              - id: acme
            """;

    private Configs() {}

    static ConfigResult load(String yaml, Map<String, String> env) {
        return ConfigLoader.load(yaml, Path.of("."), env);
    }

    static ConfigResult load(String yaml) {
        return load(yaml, Map.of());
    }

    static GatewayConfig valid(String yaml) {
        return valid(load(yaml));
    }

    static GatewayConfig valid(ConfigResult result) {
        return switch (result) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid -> throw new AssertionError(lines(invalid.problems()));
        };
    }

    /** Every problem as a user sees it, in order. */
    static List<String> problems(ConfigResult result) {
        return switch (result) {
            case ConfigResult.Valid valid -> List.of();
            case ConfigResult.Invalid invalid -> lines(invalid.problems());
        };
    }

    static List<String> problems(String yaml) {
        return problems(load(yaml));
    }

    static List<String> warnings(String yaml) {
        return lines(load(yaml).warnings());
    }

    static Upstream upstream(GatewayConfig config, String name) {
        return Objects.requireNonNull(config.upstreams().get(name), name);
    }

    private static List<String> lines(List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.describe(Path.of("x.yaml")))
                .toList();
    }
}
