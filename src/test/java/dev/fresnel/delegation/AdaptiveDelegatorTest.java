package dev.fresnel.delegation;

import static dev.fresnel.delegation.World.BARE;
import static dev.fresnel.delegation.World.FAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.chat.ChatRequest;
import dev.fresnel.estimate.Requests;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Observation;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Shared;
import dev.fresnel.value.RequestId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mode {@code adaptive}: what the delegator asks the learned policy, and what it makes of the answer. */
final class AdaptiveDelegatorTest {
    private final World world = new World();

    @BeforeEach
    void adaptive() {
        world.mode = Mode.ADAPTIVE;
        world.arms = List.of(Arm.DIRECT, BARE);
        world.workers.put("fast-bare", World.worker("fast-bare", "cheap", Guidance.BARE));
    }

    @Test
    void drawsFromTheProbabilitiesItLogs() {
        Assessment assessment = world.assess();

        Map<Arm, Double> propensities = assessment.decision().propensities();
        assertThat(propensities).containsOnlyKeys(Arm.DIRECT, BARE);
        assertThat(propensities.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isCloseTo(1, within(1e-9));
        assertThat(propensities.values()).allMatch(p -> p > 0);
        assertThat(assessment.learning().orElseThrow().propensity())
                .isEqualTo(propensities.get(assessment.decision().arm()));
    }

    @Test
    void delegates_whenTheWorkerHasProvedAsGood() {
        teach(BARE, 1, 50);
        teach(Arm.DIRECT, 1, 50);

        Assessment assessment = world.assess();

        assertThat(assessment.route()).isInstanceOf(Route.Delegate.class);
        assertThat(assessment.decision().reasons()).containsExactly(Reason.LEARNED);
        assertThat(assessment.learning().orElseThrow().key().arm()).isEqualTo(BARE);
        assertThat(assessment.learning().orElseThrow().standings())
                .extracting(row -> row.arm().name())
                .containsExactly("direct", "fast-bare");
    }

    @Test
    void staysDirect_whenTheWorkerHasProvedWorse() {
        teach(BARE, 0, 50);
        teach(Arm.DIRECT, 1, 50);

        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
        assertThat(world.decide().reasons()).containsExactly(Reason.LEARNED);
    }

    @Test
    void saysThatItExplores_whenTheLessLikelyArmIsDrawn() {
        teach(BARE, 0, 50);
        teach(Arm.DIRECT, 1, 50);
        world.moment = new Moment(world.moment.now(), 0.9999);

        assertThat(world.decide().arm()).isEqualTo(BARE);
        assertThat(world.decide().reasons()).containsExactly(Reason.EXPLORING);
    }

    @Test
    void forgoesTheWorker_whenAPriceIsMissing() {
        world.rules = World.breakEven(RouteRules.Toggle.OFF);
        world.prices.remove(new dev.fresnel.value.ModelName("cheap"));

        assertThat(world.decide().reasons()).containsExactly(Reason.NO_PRICE);
        assertThat(world.assess().learning()).isEmpty();
    }

    @Test
    void saysThatThereIsNoWorker_whenTheRouteHasNone() {
        world.arms = List.of(Arm.DIRECT);

        assertThat(world.decide().reasons()).containsExactly(Reason.NO_WORKER);
    }

    @Test
    void learnsOfDirect_whenTheDrawnArmsLensIsWrittenBehindTheRequest() {
        world.arms = List.of(Arm.DIRECT, FAST);
        world.build = dev.fresnel.lens.LensPolicy.Build.BACKGROUND;
        world.l50 = 5000;
        teach(FAST, 1, 50);
        teach(Arm.DIRECT, 1, 50);

        Assessment assessment = world.assess();

        assertThat(assessment.decision().arm()).isEqualTo(FAST);
        assertThat(assessment.learning().orElseThrow().key().arm()).isEqualTo(Arm.DIRECT);
        assertThat(assessment.learning().orElseThrow().propensity())
                .as("either draw ends there")
                .isCloseTo(1, within(1e-9));
        Learning found = assessment.lensFound().orElseThrow();
        assertThat(found.key().arm()).as("should the store have it").isEqualTo(FAST);
        assertThat(found.propensity())
                .isLessThan(1)
                .isEqualTo(assessment.decision().propensities().get(FAST));
        world.lens = Inquiry.LensState.CACHED;
        assertThat(world.assess().learning().orElseThrow().key().arm()).isEqualTo(FAST);
        assertThat(world.assess().lensFound()).as("nobody looks again").isEmpty();
    }

    @Test
    void keepsTheConversationsArm_andLearnsForItsFirstTurn() {
        world.overrides = saying(Overrides.SESSION, "s");
        world.pin = pinned(BARE, TaskKind.OTHER);

        Assessment assessment = world.assess();

        assertThat(assessment.decision().arm()).isEqualTo(BARE);
        assertThat(assessment.decision().reasons()).containsExactly(Reason.INHERITED);
        assertThat(assessment.learning()).as("no decision of its own").isEmpty();
    }

    @Test
    void decidesAnew_whenAnotherSortOfTaskBegins() {
        teach("debug", BARE, 0);
        teach("debug", Arm.DIRECT, 1);
        world.pin = pinned(BARE, TaskKind.GENERATE);

        world.request = turn("Now debug it");
        assertThat(world.decide().reasons()).containsExactly(Reason.LEARNED, Reason.TASK_CHANGED);
        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
        assertThat(world.assess().learning()).as("a decision of its own").isPresent();

        world.request = turn("Thanks");
        assertThat(world.decide().reasons()).as("no sort of task").containsExactly(Reason.INHERITED);
        world.request = turn("Write another");
        assertThat(world.decide().reasons()).as("the same sort").containsExactly(Reason.INHERITED);
    }

    @Test
    void decidesAnew_whenItsArmWasFoundToHaveChanged() {
        world.request = turn("Thanks");
        EvidenceKey key = keyOf(BARE);
        teach(BARE, 1, 50);
        world.pin = Optional.of(new Pin(
                BARE,
                Optional.empty(),
                world.moment.now(),
                Optional.of(new Pin.Learned(new RequestId("first"), key, world.policy.lead(key), TaskKind.OTHER))));
        assertThat(world.decide().reasons()).containsExactly(Reason.INHERITED);

        String population = key.context().population();
        Landmark before = world.policy.landmark(population, BARE, world.moment.now());
        Landmark after = ForwardDecay.over(PolicySettings.DEFAULT.memory()).jump(before, 0.05);
        world.policy.follow(
                new Shared(population, Map.of(BARE, after), Map.of(), Map.of(), Shared.Extent.CHANGES),
                world.moment.now());

        assertThat(world.decide().reasons()).contains(Reason.ARM_CHANGED);
    }

    @Test
    void staysWithItsArm_whenLeavingCostsMoreThanTheOtherIsBetter() {
        world.inputTokens = 40_000;
        world.learned = worth("0.1");
        // As good, and 40,000 tokens in the dear model's cache cost what they do uncached at the cheap one.
        teach("debug", BARE, 1);
        teach("debug", Arm.DIRECT, 1);

        world.request = turn("Now debug it");
        world.pin = pinned(Arm.DIRECT, TaskKind.GENERATE);
        double toWorker = world.decide().propensities().getOrDefault(BARE, 0.0);
        world.pin = pinned(BARE, TaskKind.GENERATE);
        double withWorker = world.decide().propensities().getOrDefault(BARE, 0.0);

        assertThat(withWorker).as("whoever has the prefix keeps it").isGreaterThan(0.9);
        assertThat(toWorker).isLessThan(0.1);
    }

    @Test
    void neverLeavesAToolLoop_orWhatTheRulesDecided() {
        world.pin = pinned(BARE, TaskKind.GENERATE);
        world.request = Requests.messages(
                "{\"role\":\"user\",\"content\":\"Debug it\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"x\"}",
                "");
        assertThat(world.decide().reasons()).containsExactly(Reason.INHERITED);

        world.request = turn("Now debug it");
        world.pin = Optional.of(new Pin(BARE, Optional.empty(), world.moment.now()));
        assertThat(world.decide().reasons()).containsExactly(Reason.INHERITED);
    }

    @Test
    void keepsTheLensItHas_whenTheArmIsDrawnAgain() {
        world.arms = List.of(Arm.DIRECT, FAST);
        world.request = turn("Now debug it");
        world.build = dev.fresnel.lens.LensPolicy.Build.BACKGROUND;
        world.pin = Optional.of(new Pin(
                FAST,
                Optional.of("0123456789abcdef"),
                world.moment.now(),
                pinned(FAST, TaskKind.GENERATE).orElseThrow().learned()));
        world.moment = new Moment(world.moment.now(), 0.99999);

        Assessment assessment = world.assess();

        assertThat(assessment.decision().reasons()).contains(Reason.TASK_CHANGED);
        Route.Delegate route = (Route.Delegate) assessment.route();
        assertThat(route.lens().orElseThrow().pinned()).contains("0123456789abcdef");
        assertThat(assessment.learning().orElseThrow().key().arm())
                .as("it does not wait for a lens")
                .isEqualTo(FAST);
    }

    @Test
    void learnsFromAnArmThatTheClientNamed_withPropensityOne() {
        world.overrides = saying(Overrides.ARM, BARE.name());

        Assessment assessment = world.assess();

        assertThat(assessment.decision().reasons()).containsExactly(Reason.CLIENT_ARM);
        assertThat(assessment.learning().orElseThrow().propensity()).isEqualTo(1);
    }

    @Test
    void tellsTenantsApart_unlessTheyArePooled() {
        assertThat(world.assess().learning().orElseThrow().key().context().population())
                .isEqualTo("acme/strong");

        world.learned = new LearnedRules(
                Optional.empty(), LearnedRules.Pooling.GATEWAY, ContextFeature.DEFAULT, Optional.empty());

        EvidenceKey pooled = world.assess().learning().orElseThrow().key();
        assertThat(pooled.context().population()).isEqualTo("*/strong");
        assertThat(pooled.context().leaf()).startsWith("acme/");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            TASK_KIND,OUTPUT_SIZE,MODEL_TIER,REPO | other/64/large | acme/
            OUTPUT_SIZE,TASK_KIND                 | other/64       | acme
            TASK_KIND,INPUT_SIZE                  | other/in256    | acme
            INPUT_SIZE,REPO                       | in256             | acme/
            REPO                                  | any               | acme/
                                                  | any               | acme
            """)
    void tellsRequestsApartByTheFeaturesOfTheRoute(String by, String task, String leaf) {
        Set<ContextFeature> features = by == null
                ? Set.of()
                : Arrays.stream(by.split(",")).map(ContextFeature::valueOf).collect(Collectors.toSet());
        world.learned = new LearnedRules(Optional.empty(), LearnedRules.Pooling.TENANT, features, Optional.empty());

        Context context = world.assess().learning().orElseThrow().key().context();

        assertThat(context.task()).isEqualTo(task);
        assertThat(context.leaf().replaceAll("/.*", "/")).isEqualTo(leaf);
    }

    @Test
    void weighsMoneyByWhatASuccessIsWorth() {
        teach(BARE, 0.7, 200);
        teach(Arm.DIRECT, 0.95, 200);

        world.learned = new LearnedRules(
                Optional.of(World.usd("10")), LearnedRules.Pooling.TENANT, ContextFeature.DEFAULT, Optional.empty());
        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);

        world.learned = new LearnedRules(
                Optional.of(World.usd("0.001")), LearnedRules.Pooling.TENANT, ContextFeature.DEFAULT, Optional.empty());
        assertThat(world.decide().arm()).as("quality is hardly worth its price").isEqualTo(BARE);
    }

    /** A second turn. */
    private static ChatRequest turn(String text) {
        return Requests.messages(
                "{\"role\":\"user\",\"content\":\"Write a poem\"},{\"role\":\"assistant\",\"content\":\"Tides\"},{\"role\":\"user\",\"content\":\""
                        + text + "\"}",
                "");
    }

    private Optional<Pin> pinned(Arm arm, TaskKind kind) {
        EvidenceKey key = keyOf(arm);
        return Optional.of(new Pin(
                arm,
                Optional.empty(),
                world.moment.now(),
                Optional.of(new Pin.Learned(new RequestId("first"), key, world.policy.lead(key), kind))));
    }

    private EvidenceKey keyOf(Arm arm) {
        Context any = new Context("acme/strong", "other/64/large", "acme/any");
        return new EvidenceKey(any, arm);
    }

    /** Fifty answers of that kind. */
    private void teach(String kind, Arm arm, double reward) {
        Optional<Pin> pin = world.pin;
        ChatRequest request = world.request;
        world.pin = Optional.empty();
        world.request = turn("Now debug it");
        teach(arm, reward, 50);
        assertThat(world.assess().features().kind().key()).isEqualTo(kind);
        world.pin = pin;
        world.request = request;
    }

    @Test
    void givesQualityUp_whenTheBudgetPresses() {
        teach(BARE, 0.8, 200);
        teach(Arm.DIRECT, 0.95, 200);
        world.learned = worth("10");
        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);

        double directCost =
                world.assess().arms().getFirst().expectedCost().orElseThrow().dollars();
        world.moment = new Moment(world.moment.now(), 0.5, new BudgetPacing.Pressure(1 / directCost, directCost));

        assertThat(world.decide().arm()).isEqualTo(BARE);
    }

    private static LearnedRules worth(String usd) {
        return new LearnedRules(
                Optional.of(World.usd(usd)), LearnedRules.Pooling.TENANT, ContextFeature.DEFAULT, Optional.empty());
    }

    private static Overrides saying(String header, String value) {
        return Overrides.parse(List.of(Map.entry(header, value)));
    }

    private void teach(Arm arm, double reward, int times) {
        EvidenceKey key =
                new EvidenceKey(world.assess().learning().orElseThrow().key().context(), arm);
        for (int i = 0; i < times; i++) {
            var _ = world.policy.learn(
                    key, new Observation(world.policy.stamp(key, world.moment.now()), 1, reward), world.moment.now());
        }
    }
}
