package dev.fresnel.config;

import dev.fresnel.budget.Price;
import dev.fresnel.chat.ParamCaps;
import dev.fresnel.config.ConfigFile.ModelSection;
import dev.fresnel.config.ConfigFile.UpstreamSection;
import dev.fresnel.config.ConfigFile.WorkerSection;
import dev.fresnel.config.PlanSection.LensSection;
import dev.fresnel.config.PlanSection.RulesSection;
import dev.fresnel.config.TenantSection.KeySection;
import dev.fresnel.config.TenantSection.RouteSection;
import dev.fresnel.config.TenantSection.TrafficSection;
import dev.fresnel.delegation.ClassifierRules;
import dev.fresnel.delegation.Escalation;
import dev.fresnel.delegation.Fallback;
import dev.fresnel.delegation.Guidance;
import dev.fresnel.delegation.LearnedRules;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.delegation.RouteRules;
import dev.fresnel.delegation.Worker;
import dev.fresnel.judge.JudgeSettings;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.OutcomeSettings;
import dev.fresnel.outcome.SignalWeights;
import dev.fresnel.outcome.UsageLearner;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.tenant.AllowedModels;
import dev.fresnel.tenant.KeyHash;
import dev.fresnel.tenant.Limits;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.tenant.TenantRoute;
import dev.fresnel.upstream.Credential;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.PoolLimits;
import dev.fresnel.upstream.Timeouts;
import dev.fresnel.upstream.Upstream;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Secret;
import dev.fresnel.value.TenantId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A checked file to the records the features work with. Precedence is settled here, key by key: route over tenant over
 * {@code defaults} over the declared default. A request header, the layer above them all, is not a matter of config.
 */
final class Assembly {
    private static final Duration JUDGE_DEADLINE = Duration.ofSeconds(60);
    private static final int JUDGEMENTS_AT_ONCE = 4;

    private final ConfigFile file;
    private final Aliases aliases;
    private final PlanSection bottom;

    /** @param bottom the declared defaults of a plan */
    Assembly(ConfigFile file, Aliases aliases, PlanSection bottom) {
        this.file = file;
        this.aliases = aliases;
        this.bottom = bottom;
    }

    /** Only for a file without problems: whatever was required is there. */
    GatewayConfig config(String version, Map<String, String> values) {
        return new GatewayConfig(
                version,
                values,
                new GatewayConfig.Listen(
                        file.listen().data(),
                        file.listen().admin(),
                        file.listen().probes(),
                        file.listen().adminToken()),
                store(),
                upstreams(),
                catalog(),
                prices(),
                workers(),
                file.tenants().stream().map(this::tenant).toList(),
                policy(file.policy()),
                outcomes(file.policy()),
                file.policy().coldStart().seedFrom().map(Path::of),
                judge(file.policy().judge()),
                file.estimates().learn() ? UsageLearner.Learning.ON : UsageLearner.Learning.OFF,
                new GatewayConfig.Limits(
                        file.limits().maxBody().bytes(),
                        file.limits().headerTimeout(),
                        file.limits().bodyTimeout(),
                        file.limits().replicas(),
                        file.limits().maxConnections(),
                        file.limits().eventLoops()),
                new GatewayConfig.Events(
                        file.events().prompts(),
                        file.events().ringSize(),
                        file.events()
                                .decisionLog()
                                .map(path -> new GatewayConfig.DecisionLogFile(
                                        Path.of(path),
                                        file.events().decisionLogSize().bytes(),
                                        file.events().decisionLogKeep()))),
                new GatewayConfig.Telemetry(
                        traces(file.telemetry().otlp()), file.telemetry().tenantLabels()));
    }

    private static Optional<GatewayConfig.Otlp> traces(ConfigFile.OtlpSection section) {
        Map<String, Secret> headers = new LinkedHashMap<>();
        section.headers().forEach((name, value) -> headers.put(name, value.secret()));
        return section.endpoint()
                .map(endpoint -> new GatewayConfig.Otlp(endpoint, headers, section.sample(), section.timeout()));
    }

    private GatewayConfig.Store store() {
        ConfigFile.RedisSection redis = file.store().redis();
        return new GatewayConfig.Store(
                Path.of(file.store().embedded()),
                redis.url()
                        .map(address -> new GatewayConfig.Redis(
                                address,
                                redis.user(),
                                redis.password(),
                                redis.caFile().map(Path::of),
                                redis.commandTimeout(),
                                redis.connectTimeout())));
    }

    private Map<String, Upstream> upstreams() {
        Map<String, Upstream> upstreams = new LinkedHashMap<>();
        file.upstreams().forEach((name, section) -> upstreams.put(name, upstream(name, section)));
        return upstreams;
    }

    private static Upstream upstream(String name, UpstreamSection section) {
        ConfigFile.TimeoutsSection timeouts = section.timeouts();
        return new Upstream(
                name,
                section.baseUrl().orElseThrow(),
                credential(section),
                new Timeouts(timeouts.connect(), timeouts.firstByte(), timeouts.idle(), timeouts.total()),
                new PoolLimits(section.pool().maxConnections(), section.pool().maxQueue()));
    }

    private static Credential credential(UpstreamSection section) {
        return section.credential().filter(Credential.Kind.NONE::equals).isPresent()
                ? new Credential.None()
                : Credential.of(section.apiKey());
    }

    private ModelCatalog catalog() {
        List<Model> models = new ArrayList<>();
        file.models().forEach((name, section) -> models.add(model(name, section)));
        Map<ModelName, ModelName> names = new LinkedHashMap<>();
        aliases.inForce().forEach((name, target) -> names.put(new ModelName(name), new ModelName(target)));
        return new ModelCatalog(models, names);
    }

    private static Model model(String name, ModelSection section) {
        return new Model(
                new ModelName(name),
                section.upstream().orElseThrow(),
                new ModelName(section.upstreamModel().orElse(name)),
                section.tier(),
                section.contextWindow().map(OptionalLong::of).orElseGet(OptionalLong::empty),
                Set.copyOf(section.supports()));
    }

    private Map<ModelName, Price> prices() {
        Map<ModelName, Price> prices = new LinkedHashMap<>();
        file.models()
                .forEach((name, section) ->
                        section.price().ifPresent(price -> prices.put(new ModelName(name), ModelPrices.price(price))));
        return prices;
    }

    private Map<String, Worker> workers() {
        Map<String, Worker> workers = new LinkedHashMap<>();
        file.workers().forEach((name, section) -> workers.put(name, worker(name, section)));
        return workers;
    }

    private static Worker worker(String name, WorkerSection section) {
        ConfigFile.ParamsSection params = section.params();
        return new Worker(
                name,
                new ModelName(section.model().orElseThrow()),
                section.lens() ? Guidance.LENS : Guidance.BARE,
                new ParamCaps(
                        params.maxTokens().map(OptionalLong::of).orElseGet(OptionalLong::empty),
                        params.temperature(),
                        params.reasoningEffort()),
                section.fallback()
                        .<Fallback>map(chain -> new Fallback.Chain(
                                chain.stream().map(ModelName::new).toList()))
                        .orElseGet(Fallback.Requested::new));
    }

    private Tenant tenant(TenantSection section) {
        PlanSection base = Layers.over(section.plan(), Layers.over(file.defaults(), bottom));
        return new Tenant(
                new TenantId(section.id().orElseThrow()),
                section.access().orElse(section.keys().isEmpty() ? Tenant.Access.OPEN : Tenant.Access.KEYS),
                section.keys().stream().map(Assembly::key).toList(),
                new AllowedModels(section.models()),
                section.upstream().orElse(file.upstreams().keySet().iterator().next()),
                section.routes().stream().map(route -> route(route, base)).toList(),
                section.budget().terms(),
                limits(section.limits()));
    }

    private static TenantKey key(KeySection section) {
        KeyHash hash = section.key().orElseThrow();
        return new TenantKey(
                hash,
                section.name().orElseGet(() -> TenantKey.defaultName(hash)),
                Set.copyOf(section.scopes()),
                new AllowedModels(section.models()),
                section.expires(),
                section.budget().budget(),
                section.metadata(),
                limits(section.limits()));
    }

    private static Limits limits(TrafficSection section) {
        return new Limits(section.most());
    }

    private static TenantRoute route(RouteSection route, PlanSection base) {
        return new TenantRoute(route.match().model(), plan(Layers.over(route.plan(), base)));
    }

    /** @param section with every default filled in */
    static RoutePlan plan(PlanSection section) {
        List<Arm> arms = new ArrayList<>();
        section.arms().orElseThrow().forEach(name -> arms.add(new Arm(name)));
        if (!arms.contains(Arm.DIRECT)) {
            arms.addFirst(Arm.DIRECT);
        }
        return new RoutePlan(
                section.mode().orElseThrow(),
                section.smart().map(ModelName::new),
                arms,
                rules(section.rules()),
                lens(section.lens()),
                new LearnedRules(
                        section.learned().successUsd(),
                        section.learned().pooling().orElseThrow(),
                        Set.copyOf(section.learned().features().orElseThrow()),
                        section.learned()
                                .classifier()
                                .model()
                                .map(model -> new ClassifierRules(
                                        new ModelName(model),
                                        section.learned().classifier().timeout().orElseThrow())),
                        RouteRules.Toggle.of(section.learned().judge().orElseThrow())),
                escalation(section.escalation()),
                section.controlShare().orElseThrow());
    }

    private static Escalation escalation(PlanSection.EscalationSection section) {
        return new Escalation(
                RouteRules.Toggle.of(section.enabled().orElseThrow()),
                RouteRules.Toggle.of(section.repair().orElseThrow()),
                RouteRules.Toggle.of(section.retry().orElseThrow()),
                section.hold().orElseThrow());
    }

    private static PolicySettings policy(PolicySection section) {
        PolicySettings.Exploration floors = PolicySettings.Exploration.DEFAULT;
        return PolicySettings.DEFAULT
                .with(section.rule())
                .with(section.memory())
                .with(new PolicySettings.WarmStart(
                        section.coldStart().mass(),
                        PolicySettings.WarmStart.DEFAULT.bias(),
                        PolicySettings.WarmStart.DEFAULT.discrepancy()))
                .with(new PolicySettings.Exploration(
                        section.floor(),
                        Math.min(section.floor(), floors.settledFloor()),
                        Math.max(section.floor(), floors.alarmFloor()),
                        floors.alarmOutcomes()))
                .with(new PolicySettings.Guard(
                        section.guard(), PolicySettings.Guard.DEFAULT.z(), PolicySettings.Guard.DEFAULT.credit()));
    }

    private static OutcomeSettings outcomes(PolicySection section) {
        OutcomeSettings defaults = OutcomeSettings.DEFAULT;
        return new OutcomeSettings(
                section.horizon(),
                section.feedbackWithin(),
                defaults.retry(),
                defaults.open(),
                section.feedbackPerHour(),
                weights(section.signals()));
    }

    private Optional<JudgeSettings> judge(PolicySection.JudgeSection section) {
        return section.model()
                .flatMap(name -> catalog().find(new ModelName(name)))
                .map(model -> new JudgeSettings(
                        model,
                        Objects.requireNonNull(prices().get(model.name()), "the config checks the judge's price"),
                        section.share(),
                        section.daily(),
                        section.weight(),
                        JUDGE_DEADLINE,
                        JUDGEMENTS_AT_ONCE));
    }

    private static SignalWeights weights(PolicySection.SignalsSection section) {
        return new SignalWeights(Map.of(
                ImplicitSignal.EMPTY, section.empty(),
                ImplicitSignal.INVALID, section.invalid(),
                ImplicitSignal.REFUSED, section.refused(),
                ImplicitSignal.TRUNCATED, section.truncated(),
                ImplicitSignal.ESCALATED, section.escalated(),
                ImplicitSignal.REASKED, section.reasked(),
                ImplicitSignal.TOOL_ERROR, section.toolError(),
                ImplicitSignal.RETRIED, section.retried(),
                ImplicitSignal.CLEAN, section.clean()));
    }

    private static RouteRules rules(RulesSection section) {
        return new RouteRules(
                section.thresholdTokens().orElseThrow(),
                section.budgetMultiple().orElseThrow(),
                RouteRules.Toggle.of(section.multiPart().enabled().orElseThrow()),
                section.multiPart().words().orElseThrow(),
                section.multiPart().minimum().orElseThrow(),
                RouteRules.Toggle.of(section.breakEven().orElseThrow()),
                section.expectedUses());
    }

    private static LensPolicy lens(LensSection section) {
        return new LensPolicy(
                section.build().orElseThrow(),
                section.scope().orElseThrow(),
                section.ttl().orElseThrow(),
                section.onFailure().orElseThrow(),
                section.deadline().orElseThrow(),
                section.temperature().orElseThrow(),
                section.maxTokens().orElseThrow(),
                section.maxLensTokens().orElseThrow(),
                section.negativeTtl().orElseThrow(),
                section.near().orElseThrow(),
                section.sharing().orElseThrow());
    }
}
