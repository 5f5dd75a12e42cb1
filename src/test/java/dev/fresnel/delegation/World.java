package dev.fresnel.delegation;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.budget.Price;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Feature;
import dev.fresnel.chat.ParamCaps;
import dev.fresnel.estimate.OutputEstimate;
import dev.fresnel.estimate.Requests;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.upstream.Model;
import dev.fresnel.upstream.ModelCatalog;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A small gateway configuration and one request to it; every test changes what it is about and keeps the rest. */
final class World {
    static final Arm FAST = new Arm("fast-worker");
    static final Arm BARE = new Arm("fast-bare");
    static final TenantId ACME = new TenantId("acme");

    Mode mode = Mode.RULES;
    /** Three uses are expected of a lens, so that its price is part of every request's cost; see {@link #savingUp}. */
    RouteRules rules = rules(RouteRules.Toggle.ON, Optional.of(3.0));

    List<Arm> arms = List.of(Arm.DIRECT, FAST);
    Optional<ModelName> smart = Optional.empty();
    LensPolicy.Build build = LensPolicy.Build.AUTO;
    ChatRequest request = Requests.asking("Tell me about tides");
    long inputTokens = 300;
    long l50 = 100;
    Overrides overrides = Overrides.NONE;
    Inquiry.Origin origin = Inquiry.Origin.CLIENT;
    Inquiry.Allowance allowance = Inquiry.Allowance.DELEGATE;
    Optional<Usd> remaining = Optional.empty();
    Inquiry.LensState lens = Inquiry.LensState.ABSENT;
    Usd missed = Usd.ZERO;
    Optional<Pin> pin = Optional.empty();
    Optional<dev.fresnel.savings.Trial> trial = Optional.empty();
    double controlShare;
    LearnedRules learned = LearnedRules.DEFAULT;
    Policy policy = new Policy(PolicySettings.DEFAULT);
    Moment moment = new Moment(java.time.Instant.parse("2026-01-02T03:04:05Z"), 0.5);
    Experience experience = new Experience();
    OptionalLong window = OptionalLong.empty();
    Set<Feature> supports = EnumSet.allOf(Feature.class);
    final Map<ModelName, Price> prices = new HashMap<>(Map.of(
            new ModelName("strong"), price("5", "0.5", "25"),
            new ModelName("cheap"), price("1", "0.1", "5")));
    final Map<String, Worker> workers = new HashMap<>(Map.of(
            "fast-worker", worker("fast-worker", "small-alias", Guidance.LENS),
            "fast-bare", worker("fast-bare", "cheap", Guidance.BARE)));

    static Worker worker(String name, String model, Guidance guidance) {
        return new Worker(name, new ModelName(model), guidance, ParamCaps.NONE, new Fallback.Requested());
    }

    static Price price(String input, String cached, String output) {
        return new Price(usd(input), usd(cached), usd(output));
    }

    static Usd usd(String dollars) {
        return Usd.of(new BigDecimal(dollars));
    }

    static RouteRules breakEven(RouteRules.Toggle toggle) {
        return rules(toggle, Optional.of(3.0));
    }

    /** Nobody says how often a lens will be used: it is bought when requests have missed its price. */
    @CanIgnoreReturnValue
    World savingUp(String missedUsd) {
        rules = RouteRules.DEFAULT;
        missed = usd(missedUsd);
        return this;
    }

    private static RouteRules rules(RouteRules.Toggle toggle, Optional<Double> uses) {
        RouteRules r = RouteRules.DEFAULT;
        return new RouteRules(
                r.thresholdTokens(),
                r.budgetMultiple(),
                r.multiPart(),
                r.multiPartWords(),
                r.multiPartMinimum(),
                toggle,
                uses);
    }

    @CanIgnoreReturnValue
    World asking(String text) {
        request = Requests.asking(text);
        return this;
    }

    Assessment assess() {
        List<Model> models = List.of(
                new Model(
                        new ModelName("strong"),
                        "up",
                        new ModelName("strong"),
                        Tier.LARGE,
                        OptionalLong.empty(),
                        EnumSet.allOf(Feature.class)),
                new Model(new ModelName("cheap"), "up", new ModelName("cheap"), Tier.SMALL, window, supports));
        ModelCatalog catalog = new ModelCatalog(models, Map.of(new ModelName("small-alias"), new ModelName("cheap")));
        LensPolicy d = LensPolicy.DEFAULT;
        LensPolicy lensPolicy = new LensPolicy(
                build,
                d.scope(),
                d.ttl(),
                d.onFailure(),
                d.deadline(),
                d.temperature(),
                d.maxTokens(),
                d.maxLensTokens(),
                d.negativeTtl(),
                d.near(),
                d.sharing());
        return new Delegator(catalog, new PriceTable(prices), workers, experience, policy)
                .assess(new Inquiry(
                        ACME,
                        new RoutePlan(
                                mode,
                                smart,
                                arms,
                                rules,
                                lensPolicy,
                                learned,
                                dev.fresnel.delegation.Escalation.OFF,
                                controlShare),
                        request,
                        dev.fresnel.estimate.TaskText.of(request),
                        Optional.empty(),
                        new Estimates(inputTokens, new OutputEstimate(l50, 2 * l50)),
                        overrides,
                        origin,
                        allowance,
                        remaining,
                        lens,
                        missed,
                        pin,
                        trial,
                        moment));
    }

    Decision decide() {
        return assess().decision();
    }
}
