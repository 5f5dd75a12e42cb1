package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.BudgetTerms;
import dev.fresnel.budget.OnLow;
import dev.fresnel.budget.OnStoreLoss;
import dev.fresnel.budget.Price;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.ParamCaps;
import dev.fresnel.delegation.ClassifierRules;
import dev.fresnel.delegation.ContextFeature;
import dev.fresnel.delegation.Escalation;
import dev.fresnel.delegation.Fallback;
import dev.fresnel.delegation.Guidance;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.Mode;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.RouteRules;
import dev.fresnel.delegation.Worker;
import dev.fresnel.judge.JudgeSettings;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.OutcomeSettings;
import dev.fresnel.outcome.SignalWeights;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.RuleName;
import dev.fresnel.tenant.AllowedModels;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.Limit;
import dev.fresnel.tenant.Limits;
import dev.fresnel.tenant.Scope;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.upstream.Credential;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.PoolLimits;
import dev.fresnel.upstream.Tier;
import dev.fresnel.upstream.Timeouts;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Secret;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** The triad: what an empty file means, that every key reaches its record, and (in {@link ConfigProblemsTest}) bad input. */
class ConfigKeysTest {
    private static final Map<String, String> ENV = Map.of("OPENAI_API_KEY", "sk-from-env");

    @Test
    void usesDocumentedDefaults_whenOnlyTheRequiredKeysAreSet() {
        GatewayConfig config = Configs.valid(Configs.MINIMAL);

        assertThat(config.listen())
                .isEqualTo(new GatewayConfig.Listen(
                        new HostPort("127.0.0.1", 8080),
                        new HostPort("127.0.0.1", 9090),
                        Optional.empty(),
                        Optional.empty()));
        assertThat(config.store()).isEqualTo(new GatewayConfig.Store(Path.of("./data"), Optional.empty()));
        assertThat(config.upstreams().get("openai"))
                .isEqualTo(new Upstream(
                        "openai",
                        URI.create("https://api.openai.com/v1"),
                        new Credential.Client(),
                        Timeouts.DEFAULT,
                        PoolLimits.DEFAULT));
        assertThat(config.models().models()).isEmpty();
        assertThat(config.models().aliases()).isEmpty();
        assertThat(config.prices()).isEmpty();
        assertThat(config.workers()).isEmpty();
        assertThat(config.tenants())
                .containsExactly(new Tenant(
                        new TenantId("acme"),
                        Tenant.Access.OPEN,
                        List.of(),
                        AllowedModels.ALL,
                        "openai",
                        List.of(),
                        BudgetTerms.NONE,
                        Limits.NONE));
        assertThat(config.policy()).isEqualTo(PolicySettings.DEFAULT);
        assertThat(config.outcomes()).isEqualTo(OutcomeSettings.DEFAULT);
        assertThat(config.limits())
                .isEqualTo(new GatewayConfig.Limits(
                        32L << 20, Duration.ofSeconds(10), Duration.ofSeconds(60), 1, 10_000, 0));
        assertThat(config.events())
                .isEqualTo(new GatewayConfig.Events(GatewayConfig.Prompts.REDACTED, 1000, Optional.empty()));
    }

    @Test
    void declaredDefaultsOfAPlan_equalThoseOfTheFeatures() {
        RoutePlan plan = Assembly.plan(Binder.bottomLayer(PlanSection.class));

        assertThat(plan).isEqualTo(RoutePlan.OFF);
    }

    @Test
    void modelAndWorkerDefaults_areTheDocumentedOnes() {
        GatewayConfig config = Configs.valid("""
                upstreams:
                  openai: { base-url: "https://api.openai.com/v1" }
                models:
                  gpt-4o-mini: { upstream: openai }
                workers:
                  fast-worker: { model: openai-cheap }
                tenants:
                  - id: acme
                """);

        assertThat(config.models().models())
                .containsExactly(new Model(
                        new ModelName("gpt-4o-mini"),
                        "openai",
                        new ModelName("gpt-4o-mini"),
                        Tier.UNKNOWN,
                        OptionalLong.empty(),
                        Set.of(Feature.TOOLS, Feature.JSON_OBJECT, Feature.JSON_SCHEMA)));
        assertThat(config.workers().get("fast-worker"))
                .isEqualTo(new Worker(
                        "fast-worker",
                        new ModelName("openai-cheap"),
                        Guidance.LENS,
                        ParamCaps.NONE,
                        new Fallback.Requested()));
    }

    @Test
    void mapsEveryKeyToItsRecord() throws IOException {
        GatewayConfig config = Configs.valid(Configs.load(fullExample(), ENV));

        assertThat(config.listen())
                .isEqualTo(new GatewayConfig.Listen(
                        new HostPort("0.0.0.0", 18080),
                        new HostPort("::1", 19090),
                        Optional.of(new HostPort("0.0.0.0", 19091)),
                        Optional.of(new Secret("admin-token-1"))));
        assertThat(config.store())
                .isEqualTo(new GatewayConfig.Store(
                        Path.of("/var/lib/fresnel"),
                        Optional.of(new GatewayConfig.Redis(
                                new RedisAddress(
                                        RedisAddress.Kind.SENTINEL,
                                        RedisAddress.Encryption.TLS,
                                        List.of(
                                                new HostPort("one.internal", 26380),
                                                new HostPort("two.internal", 26379)),
                                        Optional.of("lamp"),
                                        3),
                                Optional.of("gateway"),
                                Optional.of(new Secret("hunter2")),
                                Optional.of(Path.of("/etc/ssl/redis.pem")),
                                Duration.ofMillis(20),
                                Duration.ofSeconds(1)))));
        assertThat(config.upstreams().get("openai"))
                .isEqualTo(new Upstream(
                        "openai",
                        URI.create("https://api.openai.com/v1"),
                        new Credential.ApiKey(new Secret("sk-from-env")),
                        new Timeouts(
                                Duration.ofSeconds(2),
                                Duration.ofSeconds(90),
                                Duration.ofMinutes(10),
                                Duration.ofHours(2)),
                        new PoolLimits(64, 8)));
        assertThat(config.models().models().getFirst())
                .isEqualTo(new Model(
                        new ModelName("gpt-4o"),
                        "openai",
                        new ModelName("gpt-4o-2024-11-20"),
                        Tier.LARGE,
                        OptionalLong.of(128_000),
                        Set.of(Feature.TOOLS, Feature.VISION)));
        assertThat(config.models().find(new ModelName("clever")).orElseThrow().name())
                .isEqualTo(new ModelName("gpt-4o"));
        assertThat(config.prices().get(new ModelName("gpt-4o"))).isEqualTo(dearPrice());
        assertThat(config.workers().get("fast-worker"))
                .isEqualTo(new Worker(
                        "fast-worker",
                        new ModelName("ollama-cheap"),
                        Guidance.BARE,
                        new ParamCaps(OptionalLong.of(4000), Optional.of(new BigDecimal("0.25")), Optional.of("low")),
                        new Fallback.Chain(List.of(new ModelName("clever"), new ModelName("gpt-4o")))));
        Tenant tenant = config.tenants().getFirst();
        assertThat(tenant.id()).isEqualTo(new TenantId("acme"));
        assertThat(tenant.keys())
                .containsExactly(
                        new TenantKey(
                                KeyHash.of("key-of-acme-1"),
                                "ci",
                                Set.of(Scope.CHAT, Scope.PASS_THROUGH),
                                new AllowedModels(Optional.of(List.of("gpt-4o-*"))),
                                Optional.of(Instant.parse("2099-01-31T00:00:00Z")),
                                new Budget(Optional.of(usd("1.5")), Optional.of(usd("20")), Optional.of(usd("100"))),
                                Map.of("owner", "team 7"),
                                new Limits(Map.of(
                                        Limit.REQUESTS_PER_MINUTE, 1001L,
                                        Limit.INPUT_TOKENS_PER_MINUTE, 1002L,
                                        Limit.OUTPUT_TOKENS_PER_MINUTE, 1003L,
                                        Limit.CONCURRENT_REQUESTS, 1004L,
                                        Limit.CONCURRENT_STREAMS, 7L,
                                        Limit.LENS_BUILDS_PER_HOUR, 1005L))),
                        TenantKey.unlimited(KeyHash.of("key-of-acme-2")));
        assertThat(tenant.limits())
                .isEqualTo(new Limits(Map.of(
                        Limit.REQUESTS_PER_MINUTE, 101L,
                        Limit.INPUT_TOKENS_PER_MINUTE, 203L,
                        Limit.OUTPUT_TOKENS_PER_MINUTE, 303L,
                        Limit.CONCURRENT_REQUESTS, 9L,
                        Limit.CONCURRENT_STREAMS, 5L,
                        Limit.LENS_BUILDS_PER_HOUR, 1L)));
        assertThat(tenant.models()).isEqualTo(new AllowedModels(Optional.of(List.of("gpt-*", "clever"))));
        assertThat(tenant.upstream()).isEqualTo("local");
        assertThat(tenant.budget())
                .isEqualTo(new BudgetTerms(
                        new Budget(Optional.of(usd("12.34")), Optional.of(usd("200")), Optional.of(usd("2000"))),
                        OnLow.PREFER_CHEAP,
                        OnStoreLoss.DENY));
        assertThat(tenant.routes().getFirst().modelPattern()).isEqualTo("gpt-*");
        assertThat(tenant.routes().getFirst().plan())
                .isEqualTo(new RoutePlan(
                        Mode.SHADOW,
                        Optional.of(new ModelName("first-hop")),
                        List.of(Arm.DIRECT),
                        new RouteRules(
                                3002,
                                2.7,
                                RouteRules.Toggle.OFF,
                                List.of("stanza"),
                                6,
                                RouteRules.Toggle.OFF,
                                Optional.of(9.0)),
                        new LensPolicy(
                                LensPolicy.Build.INLINE,
                                LensPolicy.Scope.APP,
                                Duration.ofHours(4),
                                LensPolicy.OnFailure.MINIMAL,
                                Duration.ofSeconds(22),
                                0.4,
                                1700,
                                800,
                                Duration.ofMinutes(7),
                                LensPolicy.Near.MINHASH,
                                LensPolicy.Sharing.KEY),
                        new LearnedRules(
                                Optional.of(usd("0.25")),
                                LearnedRules.Pooling.GATEWAY,
                                Set.of(ContextFeature.TASK_KIND, ContextFeature.INPUT_SIZE),
                                Optional.of(new ClassifierRules(new ModelName("first-hop"), Duration.ofMillis(250))),
                                RouteRules.Toggle.OFF),
                        new Escalation(
                                RouteRules.Toggle.ON,
                                RouteRules.Toggle.OFF,
                                RouteRules.Toggle.ON,
                                Duration.ofSeconds(6)),
                        0.05));
        assertThat(config.policy().rule()).isEqualTo(RuleName.KL_UCB);
        assertThat(config.policy().memory()).isEqualTo(Duration.ofDays(3));
        assertThat(config.policy().warmStart().mass()).isEqualTo(25);
        assertThat(config.seedFrom()).contains(Path.of("rows.jsonl"));
        assertThat(config.policy().exploration()).isEqualTo(new PolicySettings.Exploration(0.03, 0.002, 0.05, 500));
        assertThat(config.policy().guard()).isEqualTo(new PolicySettings.Guard(0.1, 3.5, 50));
        assertThat(config.outcomes())
                .isEqualTo(new OutcomeSettings(
                        Duration.ofMinutes(2),
                        Duration.ofHours(5),
                        Duration.ofSeconds(60),
                        100_000,
                        77,
                        new SignalWeights(Map.of(
                                ImplicitSignal.EMPTY, 0.9,
                                ImplicitSignal.INVALID, 0.8,
                                ImplicitSignal.REFUSED, 0.65,
                                ImplicitSignal.TRUNCATED, 0.55,
                                ImplicitSignal.ESCALATED, 0.95,
                                ImplicitSignal.REASKED, 0.25,
                                ImplicitSignal.TOOL_ERROR, 0.35,
                                ImplicitSignal.RETRIED, 0.45,
                                ImplicitSignal.CLEAN, 0.1))));
        assertThat(config.judge())
                .contains(new JudgeSettings(
                        config.models().find(new ModelName("gpt-4o")).orElseThrow(),
                        dearPrice(),
                        0.02,
                        usd("2.5"),
                        0.4,
                        Duration.ofSeconds(60),
                        4));
        assertThat(config.limits())
                .isEqualTo(new GatewayConfig.Limits(1 << 20, Duration.ofSeconds(3), Duration.ofSeconds(30), 2, 500, 2));
        assertThat(config.events())
                .isEqualTo(new GatewayConfig.Events(
                        GatewayConfig.Prompts.PLAIN,
                        50,
                        Optional.of(new GatewayConfig.DecisionLogFile(Path.of("decisions.jsonl"), 2048, 7))));
        assertThat(config.telemetry().traces())
                .contains(new GatewayConfig.Otlp(
                        URI.create("http://collector.internal:4318"),
                        Map.of("authorization", new Secret("Bearer hunter2")),
                        0.25,
                        Duration.ofSeconds(3)));
        assertThat(config.telemetry().tenantLabels()).isEqualTo(77);
    }

    /** Guards {@link #mapsEveryKeyToItsRecord}: a key added to the records and not to the full example fails here. */
    private static Price dearPrice() {
        return new Price(
                usd("2.50"),
                usd("1.25"),
                usd("10"),
                new Price.Extras(usd("3.125"), usd("12"), usd("40"), usd("80")),
                Optional.of(new Price.LongContext(
                        200_000,
                        new Price(
                                usd("5"),
                                usd("2.5"),
                                usd("15"),
                                new Price.Extras(usd("6.25"), usd("15"), usd("5"), usd("15")),
                                Optional.empty()))));
    }

    @Test
    void fullExampleSetsEveryDeclaredKey() throws IOException {
        Set<String> set = new HashSet<>();
        collect(YamlText.compose(fullExample(), new Findings()).orElseThrow(), Shape.block(ConfigFile.class), "", set);
        List<String> declared = new ArrayList<>();

        Shape.walk(Shape.block(ConfigFile.class), (path, field) -> declared.add(path));

        assertThat(declared).hasSizeGreaterThan(80);
        assertThat(set).containsAll(declared);
    }

    @Test
    void everyDeclaredKeyIsDescribed() {
        Shape.walk(Shape.block(ConfigFile.class), (path, field) -> {
            assertThat(field.key().value()).as(path).matches("[A-Z].*\\.|[A-Z][^;]*; [^;]*\\.");
            boolean plain = field.shape() instanceof Shape.Scalar;
            boolean unsetIsExplained = field.key().required()
                    || !field.key().def().isEmpty()
                    || !field.key().unset().isEmpty();
            assertThat(plain && !unsetIsExplained)
                    .as(path + " says what unset means")
                    .isFalse();
        });
    }

    private static void collect(Node node, Shape shape, String path, Set<String> set) {
        switch (shape) {
            case Shape.Scalar scalar -> {}
            case Shape.Listing listing ->
                ((SequenceNode) node)
                        .getValue()
                        .forEach(element -> collect(element, listing.element(), path + "[]", set));
            case Shape.Table table ->
                ((MappingNode) node)
                        .getValue()
                        .forEach(tuple -> collect(tuple.getValueNode(), table.value(), path + ".*", set));
            case Shape.Block block -> {
                Map<String, Shape.Field> fields = new HashMap<>();
                block.keys().forEach(field -> fields.put(field.name(), field));
                ((MappingNode) node).getValue().forEach(tuple -> {
                    String name = ((ScalarNode) tuple.getKeyNode()).getValue();
                    String here = path.isEmpty() ? name : path + "." + name;
                    set.add(here);
                    collect(
                            tuple.getValueNode(),
                            Objects.requireNonNull(fields.get(name)).shape(),
                            here,
                            set);
                });
            }
        }
    }

    private static Usd usd(String dollars) {
        return Usd.of(new BigDecimal(dollars));
    }

    static String fullExample() throws IOException {
        try (InputStream in = ConfigKeysTest.class.getResourceAsStream("/config/full.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
