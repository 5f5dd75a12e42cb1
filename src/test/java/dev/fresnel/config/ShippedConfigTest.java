package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.upstream.Credential;
import dev.fresnel.value.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files under {@code conf} pass the loader and the editors' schema, and mean what they claim. */
class ShippedConfigTest {
    private final Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ConfigSchema.json());

    @ParameterizedTest
    @ValueSource(strings = {"conf/fresnel.yaml", "conf/demo.yaml"})
    void loadsWithoutAProblemOrWarning(String file) {
        ConfigResult result = ConfigLoader.load(Path.of(file), Map.of());

        assertThat(Configs.problems(result)).isEmpty();
        assertThat(result.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"conf/fresnel.yaml", "conf/demo.yaml", "src/test/resources/config/full.yaml"})
    void passesTheSchema(String file) throws IOException {
        assertThat(schema.validate(Files.readString(Path.of(file)), InputFormat.YAML))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "upstreems: {}",
                "store: { redis: \"http://host:6379/0\" }",
                "limits: { max-connections: many }",
                "limits: { max-connections: 0 }",
                "limits: { header-timeout: 5 }",
                "defaults: { mode: adoptive }",
                "policy: { rule: ucb2 }",
                "policy: { floor: 0.5 }",
                "defaults: { rules: { multi-part: maybe } }",
                "workers: { \"a b\": { model: m } }",
                "models: { m: { price: { input: 1, output: 2 } } }",
            })
    void schemaSeesWhatTheLoaderSees(String mistake) {
        String yaml = Configs.MINIMAL + mistake + "\n";

        assertThat(schema.validate(Configs.MINIMAL, InputFormat.YAML)).isEmpty();
        assertThat(schema.validate(yaml, InputFormat.YAML)).isNotEmpty();
        assertThat(Configs.problems(yaml)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limits: { max-connections: \"${N:-5}\" }",
                "defaults: { mode: \"${MODE:-rules}\", rules: { multi-part: false } }",
                "defaults: { rules: { multi-part: { words: [chapter] } } }",
                "aliases:",
                "limits:",
            })
    void schemaAllowsWhatTheLoaderAllows(String line) {
        String yaml = Configs.MINIMAL + line + "\n";

        assertThat(Configs.problems(yaml)).isEmpty();
        assertThat(schema.validate(yaml, InputFormat.YAML)).isEmpty();
    }

    @Test
    void freshConfigDelegatesNothing() {
        GatewayConfig config = Configs.valid(ConfigLoader.load(Path.of("conf/fresnel.yaml"), Map.of()));

        for (Tenant tenant : config.tenants()) {
            assertThat(tenant.routes()).allMatch(route -> route.plan().mode() == Mode.OFF);
            assertThat(tenant.routeFor(new ModelName("anything"), Optional.empty()))
                    .isEqualTo(RoutePlan.OFF);
        }
        assertThat(config.listen().data().isLoopback()).isTrue();
        assertThat(Configs.upstream(config, "openai").credential()).isEqualTo(new Credential.Client());
    }

    @Test
    void examplesOfTheDocumentationLoad() throws IOException {
        // Hashes are shortened there.
        String page = Files.readString(Path.of("docs/configuration.md"))
                .replaceAll("sha256:([0-9a-f]{8})\\.{3}", "sha256:" + "$1".repeat(8));
        String upstreams = "upstreams: { openai: { base-url: \"https://api.openai.com/v1\" } }\n";
        List<String> examples = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(match -> match.group(1))
                .toList();

        assertThat(examples).hasSizeGreaterThan(3);
        assertThat(examples)
                .allSatisfy(example -> assertThat(
                                Configs.problems(example.startsWith("upstreams:") ? example : upstreams + example))
                        .isEmpty());
        RoutePlan plan = Configs.valid(upstreams + examples.getLast())
                .tenants()
                .getFirst()
                .routeFor(new ModelName("gpt-4o"), Optional.empty());
        assertThat(plan.mode()).isEqualTo(Mode.SHADOW);
        assertThat(plan.lens().scope()).isEqualTo(LensPolicy.Scope.APP);
        assertThat(plan.lens().ttl()).hasHours(1);
        assertThat(plan.lens().deadline()).hasSeconds(30);
    }

    @Test
    void demoDelegatesByRules_onThePortsItIsTold() {
        GatewayConfig config = Configs.valid(ConfigLoader.load(
                Path.of("conf/demo.yaml"),
                Map.of("DEMO_SMART_URL", "http://127.0.0.1:5001/v1", "DEMO_CHEAP_URL", "http://127.0.0.1:5002/v1")));

        RoutePlan plan = config.tenants().getFirst().routeFor(new ModelName("demo-smart"), Optional.empty());
        assertThat(plan.mode()).isEqualTo(Mode.RULES);
        assertThat(plan.arms()).isEqualTo(List.of(Arm.DIRECT, new Arm("fast-worker")));
        assertThat(config.prices()).hasSize(2);
        assertThat(Configs.upstream(config, "smart").baseUrl()).hasPort(5001);
        assertThat(Configs.upstream(config, "cheap").baseUrl()).hasPort(5002);
    }
}
