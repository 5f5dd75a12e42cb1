package dev.fresnel.delegation;

import static dev.fresnel.delegation.World.BARE;
import static dev.fresnel.delegation.World.FAST;
import static dev.fresnel.delegation.World.breakEven;
import static dev.fresnel.delegation.World.price;
import static dev.fresnel.delegation.World.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.chat.Feature;
import dev.fresnel.delegation.RouteRules.Toggle;
import dev.fresnel.estimate.JtokkitEstimator;
import dev.fresnel.estimate.OutputEstimate;
import dev.fresnel.estimate.OutputLength;
import dev.fresnel.estimate.Requests;
import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Tier;
import dev.fresnel.value.GatewayException;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DelegatorTest {
    private static final String LOOP = "{\"role\":\"user\",\"content\":\"do it\"},"
            + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
            + "\"function\":{\"name\":\"ls\",\"arguments\":\"{}\"}}]},"
            + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"a b c\"}";
    private static final String SECOND_TURN = "{\"role\":\"user\",\"content\":\"do it\"},"
            + "{\"role\":\"assistant\",\"content\":\"done\"},{\"role\":\"user\",\"content\":\"go on\"}";
    private static final Instant EARLIER = Instant.parse("2026-03-01T12:00:00Z");

    private final World world = new World();

    @Nested
    final class ByRules {
        @ParameterizedTest
        @CsvSource({"2000, 2000, direct", "2001, 2000, fast-worker", "2999, 3000, direct", "3001, 3000, fast-worker"})
        void delegates_whenOutputIsStrictlyAboveTheThreshold(long l50, long threshold, String arm) {
            world.rules = new RouteRules(threshold, 3, Toggle.OFF, List.of(), 3, Toggle.OFF, Optional.of(3.0));
            world.l50 = l50;

            assertThat(world.decide().arm()).hasToString(arm);
        }

        @Test
        void goesDirect_whenNoRuleFires() {
            Assessment assessment = world.assess();

            assertThat(assessment.route()).isInstanceOf(Route.Direct.class);
            assertThat(assessment.decision().reasons()).containsExactly(Reason.NO_RULE_FIRED);
            assertThat(assessment.rules()).extracting(RuleCheck::fired).containsOnly(false);
        }

        @Test
        void namesEveryRuleThatFired() {
            world.asking("Generate CRUD endpoints for 5 entities").l50 = 15_000;
            world.remaining = Optional.of(usd("1"));

            assertThat(world.decide().reasons())
                    .containsExactly(
                            Reason.OUTPUT_ABOVE_THRESHOLD, Reason.BUDGET_LOW, Reason.MULTI_PART, Reason.BREAK_EVEN);
        }

        @Test
        void delegatesTheRfcsTask_withRealEstimates() {
            world.asking("Generate CRUD endpoints for 5 entities");
            world.inputTokens = new JtokkitEstimator().inputTokens(world.request);
            OutputEstimate output = new OutputLength().estimate(world.request, world.inputTokens);
            world.l50 = output.l50();

            Route.Delegate route = (Route.Delegate) world.assess().route();

            assertThat(route.worker().name()).isEqualTo("fast-worker");
            assertThat(route.model().name()).hasToString("cheap");
            assertThat(route.lens()).map(LensOrder::timing).contains(LensOrder.Timing.INLINE);
            assertThat(route.lens()).map(order -> order.smart().name().value()).contains("strong");
        }

        @Test
        void abstains_whenASmallTaskWouldLoseMoney() {
            world.asking("Create 3 files").l50 = 60;

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.NOT_WORTH_IT, Reason.MULTI_PART);
            assertThat(assessment.route()).isInstanceOf(Route.Direct.class);
            assertThat(assessment.arms().get(1).expectedSaving().orElseThrow()).isLessThan(Usd.ZERO);
        }

        @Test
        void followsTheRfcExactly_whenBreakEvenIsOff() {
            world.rules = breakEven(Toggle.OFF);
            world.asking("Create 3 files").l50 = 60;

            assertThat(world.decide().arm()).isEqualTo(FAST);
            assertThat(world.decide().reasons()).containsExactly(Reason.MULTI_PART);
        }

        @ParameterizedTest
        @CsvSource({"370, direct", "380, fast-worker"})
        void delegatesAboveTheBreakEvenLength_andNotBelow(long l50, String arm) {
            world.l50 = l50;

            assertThat(world.decide().arm()).hasToString(arm);
        }

        @Test
        void spendsTheLensShareNoMore_whenItIsCached() {
            world.l50 = 100;
            world.lens = Inquiry.LensState.CACHED;

            assertThat(world.decide().reasons()).containsExactly(Reason.BREAK_EVEN);
        }

        @Test
        void doesNotChooseABareWorkerByPriceAlone() {
            world.arms = List.of(Arm.DIRECT, BARE);
            world.l50 = 500;

            assertThat(world.decide().reasons()).containsExactly(Reason.NO_RULE_FIRED);
        }

        @Test
        void takesTheFirstArmThatMayAnswer() {
            world.arms = List.of(BARE, FAST);
            world.l50 = 5000;

            Route.Delegate route = (Route.Delegate) world.assess().route();

            assertThat(route.decision().arm()).isEqualTo(BARE);
            assertThat(route.lens()).isEmpty();
        }

        @Test
        void triesTheNextArm_whenMoneyVetoesTheFirst() {
            world.arms = List.of(FAST, BARE);
            world.asking("Create 3 files").l50 = 60;

            assertThat(world.decide().arm()).isEqualTo(BARE);
        }

        @Test
        void saysWhy_whenEveryArmHasAnObstacle() {
            world.l50 = 5000;
            world.prices.remove(new ModelName("cheap"));

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.NO_PRICE);
            assertThat(assessment.rules()).hasSize(4);
            assertThat(assessment.arms().get(1).obstacles()).containsExactly(new Obstacle(Reason.NO_PRICE, "cheap"));
        }

        @Test
        void goesDirect_whenTheRouteHasNoWorker() {
            world.arms = List.of(Arm.DIRECT);
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.NO_WORKER);
        }

        @Test
        void waitsForNothing_whenOnlySeveralUsesRepayTheLens() {
            world.l50 = 700;

            Route.Delegate route = (Route.Delegate) world.assess().route();

            assertThat(route.lens()).map(LensOrder::timing).contains(LensOrder.Timing.BACKGROUND);
        }

        /** The lens costs 0.02075 USD and saves 0.0038 of this request's. */
        @ParameterizedTest
        @CsvSource({"0, NOT_DUE", "0.0158, NOT_DUE", "0.0170, BACKGROUND", "1, BACKGROUND"})
        void buysTheLens_onceRequestsHaveMissedItsPrice(String missed, LensOrder.Timing timing) {
            world.savingUp(missed).asking("Create 7 files").l50 = 200;

            Assessment assessment = world.assess();

            assertThat(((Route.Delegate) assessment.route()).lens())
                    .map(LensOrder::timing)
                    .contains(timing);
            ArmRow row = assessment.arms().get(1);
            assertThat(row.missed()).contains(usd(missed));
            assertThat(MissedSavings.isDue(
                            usd(missed),
                            row.expectedSaving().orElseThrow(),
                            row.lensCost().orElseThrow()))
                    .isEqualTo(timing == LensOrder.Timing.BACKGROUND);
            assertThat(assessment.missing()).isEqualTo(row.expectedSaving());
            assertThat(assessment.decision().reasons().contains(Reason.BREAK_EVEN))
                    .isEqualTo(timing == LensOrder.Timing.BACKGROUND);
        }

        @Test
        void countsWhatIsMissed_whenNoOtherRuleFires() {
            world.savingUp("0.001").l50 = 200;

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.NO_RULE_FIRED);
            assertThat(assessment.missing()).isEqualTo(assessment.arms().get(1).expectedSaving());
            assertThat(assessment.rules())
                    .filteredOn(check -> check.rule() == Reason.BREAK_EVEN)
                    .singleElement()
                    .satisfies(check -> assertThat(check.numbers()).contains("missed without it so far 0.001 USD"));
        }

        @Test
        void countsNothing_whereItOnlyWatches() {
            world.savingUp("0.001").l50 = 200;
            world.mode = Mode.SHADOW;

            assertThat(world.assess().missing()).isEmpty();
        }

        @Test
        void waitsForTheLens_whenOneRequestRepaysIt_whateverWasMissed() {
            world.savingUp("0").l50 = 5000;

            assertThat(((Route.Delegate) world.assess().route()).lens())
                    .map(LensOrder::timing)
                    .contains(LensOrder.Timing.INLINE);
        }

        @Test
        void savesUpForNothing_whenALensLosesMoneyOnEveryRequest() {
            world.savingUp("100").l50 = 1;
            world.inputTokens = 1;

            assertThat(world.decide().reasons()).containsExactly(Reason.NO_RULE_FIRED);
        }

        @Test
        void savesUpForNothing_whenTheLensIsThere() {
            world.savingUp("0.01").l50 = 700;
            world.lens = Inquiry.LensState.CACHED;

            assertThat(world.assess().arms().get(1).missed()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"INLINE, 700, INLINE", "BACKGROUND, 15000, BACKGROUND"})
        void buildsAsTheRouteSays(LensPolicy.Build build, long l50, LensOrder.Timing timing) {
            world.build = build;
            world.l50 = l50;

            Route.Delegate route = (Route.Delegate) world.assess().route();

            assertThat(route.lens()).map(LensOrder::timing).contains(timing);
        }

        @Test
        void propensitiesSumToOneOverTheFeasibleArms() {
            world.arms = List.of(Arm.DIRECT, FAST, BARE);
            world.l50 = 5000;

            Map<Arm, Double> propensities = world.decide().propensities();

            assertThat(propensities)
                    .containsOnly(Map.entry(Arm.DIRECT, 0.0), Map.entry(FAST, 1.0), Map.entry(BARE, 0.0));
        }
    }

    @Nested
    final class Budget {
        /** Expected direct cost at L = 1000, n_in = 300: 0.0015 + 0.025 = 0.0265 USD; the lens costs 0.02075 USD. */
        @ParameterizedTest
        @CsvSource({"0.0796, QUIET", "0.0794, FIRED", "0.0208, FIRED", "0.0207, QUIET", "0, QUIET"})
        void firesBelowTheMultiple_andNeverWhenTheLensCannotBePaid(String remaining, RuleCheck.Outcome outcome) {
            world.l50 = 1000;
            world.remaining = Optional.of(usd(remaining));

            assertThat(check(Reason.BUDGET_LOW).outcome()).isEqualTo(outcome);
        }

        @Test
        void isOff_whenThereIsNoBudgetOrNoMultiple() {
            assertThat(check(Reason.BUDGET_LOW).outcome()).isEqualTo(RuleCheck.Outcome.OFF);

            world.remaining = Optional.of(usd("1"));
            world.rules = new RouteRules(2000, 0, Toggle.OFF, List.of(), 3, Toggle.ON, Optional.of(3.0));

            assertThat(check(Reason.BUDGET_LOW).numbers()).contains("budget-multiple");
        }

        @Test
        void leavesAnArmOut_whenItsWorstCaseIsNotCovered() {
            world.l50 = 5000;
            world.remaining = Optional.of(usd("0.05"));

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.OVER_BUDGET);
            assertThat(assessment.arms().get(1).obstacles().getFirst().detail()).contains("0.05 USD is left");
        }

        @Test
        void reservesTheClientsCapForEveryChoice() {
            world.request = Requests.asking("Tell me", "\"max_tokens\":1000,\"n\":2");

            assertThat(world.assess().worstCase()).contains(usd("0.05").plus(usd("0.00165")));
        }

        @Test
        void reservesTheLensAndTheWorkersLongestAnswer_whenDelegating() {
            world.l50 = 5000;

            // Lens: 650 in and 700 out at 5/25; worker: 330 + 700 in and 2 x 10,000 out at 1/5.
            assertThat(world.assess().worstCase()).contains(usd("0.02075").plus(usd("0.10103")));
        }

        private RuleCheck check(Reason rule) {
            return world.assess().rules().stream()
                    .filter(check -> check.rule() == rule)
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Nested
    final class Guards {
        @Test
        void leavesOffRoutesAlone() {
            world.mode = Mode.OFF;
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.MODE_OFF);
        }

        @Test
        void neverDelegatesAGatewaysOwnLensCall() {
            world.origin = Inquiry.Origin.GATEWAY;
            world.overrides = overriding(Map.of(Overrides.ARM, "fast-worker"));
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.RECURSION_GUARD);
        }

        @Test
        void neverSwitches_whenTheProviderHoldsState() {
            world.request = Requests.asking("Tell me", "\"store\":true");
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.PROVIDER_STATE);
        }

        @Test
        void goesDirect_whenTheModelIsUnknown() {
            world.request =
                    Requests.read("{\"model\":\"mystery\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.UNKNOWN_MODEL);
            assertThat(assessment.features().requestedTier()).isEqualTo(Tier.UNKNOWN);
            assertThat(assessment.worstCase()).isEmpty();
        }

        @Test
        void goesDirect_whenAToolLoopIsOpenThatNobodyPinned() {
            world.request = Requests.messages(LOOP, "");
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.OPEN_TOOL_LOOP);
        }

        @Test
        void doesNotReplaceAModelByItself() {
            world.request =
                    Requests.read("{\"model\":\"cheap\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.SAME_MODEL);
        }

        @Test
        void goesDirect_whenTheWorkerLacksAFeature() {
            world.supports = EnumSet.complementOf(EnumSet.of(Feature.LOGPROBS, Feature.MULTIPLE_CHOICES));
            world.request = Requests.asking("Tell me", "\"logprobs\":true,\"n\":2");
            world.l50 = 5000;

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.UNSUPPORTED_FEATURE);
            assertThat(assessment.arms().get(1).obstacles().getFirst().detail())
                    .isEqualTo("cheap lacks logprobs, multiple-choices");
        }

        @ParameterizedTest
        @CsvSource({"10999, context_window", "11000, output_above_threshold"})
        void goesDirect_whenTheContextWindowIsTooSmall(long window, String reason) {
            world.window = OptionalLong.of(window);
            world.l50 = 5000;

            assertThat(world.decide().reason()).hasToString(reason);
        }

        @Test
        void needsNoPrices_whenNoRuleUsesMoney() {
            world.rules = breakEven(Toggle.OFF);
            world.prices.clear();
            world.l50 = 5000;

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.OUTPUT_ABOVE_THRESHOLD);
            assertThat(assessment.arms().get(1).expectedCost()).isEmpty();
            assertThat(((Route.Delegate) assessment.route()).lens())
                    .map(LensOrder::timing)
                    .contains(LensOrder.Timing.BACKGROUND);
        }

        @Test
        void needsTheSmartModelsPrice_whenALensMustBeWritten() {
            world.smart = Optional.of(new ModelName("small-alias"));
            world.l50 = 5000;
            world.prices.remove(new ModelName("strong"));

            assertThat(world.assess().arms().get(1).obstacles())
                    .containsExactly(new Obstacle(Reason.NO_PRICE, "strong"));
        }

        @Test
        void refusesAnUndeclaredSmartOrWorkerModel() {
            world.smart = Optional.of(new ModelName("gone"));
            world.l50 = 5000;

            assertThat(world.decide().reasons()).contains(Reason.UNKNOWN_WORKER_MODEL);

            world.smart = Optional.empty();
            world.workers.put("fast-worker", World.worker("fast-worker", "gone", Guidance.LENS));

            assertThat(world.decide().reasons()).containsExactly(Reason.UNKNOWN_WORKER_MODEL);
        }

        @Test
        void keepsTheClientAlive_whenDecidingFails() {
            world.rules = new RouteRules(2000, Double.NaN, Toggle.ON, List.of(), 3, Toggle.ON, Optional.of(3.0));
            world.remaining = Optional.of(usd("100"));

            Assessment assessment = world.assess();

            assertThat(assessment.route()).isInstanceOf(Route.Direct.class);
            assertThat(assessment.decision().reasons()).containsExactly(Reason.FAIL_SAFE);
            assertThat(assessment.fault()).isPresent();
        }

        @Test
        void logsInShadowWhatWouldHaveBeen() {
            world.mode = Mode.SHADOW;
            world.l50 = 5000;

            Assessment assessment = world.assess();

            assertThat(assessment.route()).isInstanceOf(Route.Direct.class);
            assertThat(assessment.decision().arm()).isEqualTo(Arm.DIRECT);
            assertThat(assessment.decision().preferred()).isEqualTo(FAST);
            assertThat(assessment.decision().reasons())
                    .containsExactly(Reason.SHADOW, Reason.OUTPUT_ABOVE_THRESHOLD, Reason.BREAK_EVEN);
            assertThat(assessment.decision().propensities()).containsEntry(Arm.DIRECT, 1.0);
        }
    }

    @Nested
    final class ByClient {
        @Test
        void forcesAnArm_withoutAskingTheRules() {
            world.overrides = overriding(Map.of(Overrides.ARM, "fast-worker"));

            Assessment assessment = world.assess();

            assertThat(assessment.decision().reasons()).containsExactly(Reason.CLIENT_ARM);
            assertThat(((Route.Delegate) assessment.route()).lens())
                    .map(LensOrder::timing)
                    .contains(LensOrder.Timing.INLINE);
        }

        @Test
        void forcesAnArm_evenOnARouteThatIsOff() {
            world.mode = Mode.OFF;
            world.overrides = overriding(Map.of(Overrides.ARM, "fast-worker"));

            assertThat(world.decide().arm()).isEqualTo(FAST);
        }

        @Test
        void cannotForceAnArmThatCannotAnswer() {
            world.supports = EnumSet.noneOf(Feature.class);
            world.request = Requests.asking("Tell me", "\"logprobs\":true");
            world.overrides = overriding(Map.of(Overrides.ARM, "fast-worker"));

            assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
            assertThat(world.decide().reasons()).containsExactly(Reason.UNSUPPORTED_FEATURE, Reason.CLIENT_ARM);
        }

        @Test
        void isToldTheArms_whenItNamesAnotherOne() {
            world.overrides = overriding(Map.of(Overrides.ARM, "fats-worker"));

            assertThatThrownBy(world::assess)
                    .isInstanceOf(GatewayException.class)
                    .hasMessage("Header x-fresnel-arm is 'fats-worker'; valid values are direct, fast-worker.");
        }

        @Test
        void bypasses() {
            world.l50 = 5000;
            world.overrides = overriding(Map.of(Overrides.MODE, "off"));

            assertThat(world.decide().reasons()).containsExactly(Reason.CLIENT_BYPASS);

            world.overrides = overriding(Map.of(Overrides.ARM, "direct"));

            assertThat(world.decide().reasons()).containsExactly(Reason.CLIENT_ARM);
        }

        @Test
        void headerBeatsRoute_andRouteBeatsDefault() {
            world.l50 = 1500;
            world.rules = new RouteRules(1000, 3, Toggle.OFF, List.of(), 3, Toggle.OFF, Optional.of(3.0));
            assertThat(world.decide().arm())
                    .as("route's 1000, not the default's 2000")
                    .isEqualTo(FAST);

            world.overrides = overriding(Map.of(Overrides.THRESHOLD_TOKENS, "1500"));
            assertThat(world.decide().arm()).as("header's 1500").isEqualTo(Arm.DIRECT);

            world.overrides = overriding(Map.of(Overrides.MODE, "shadow"));
            assertThat(world.decide().reasons())
                    .containsExactly(Reason.SHADOW, Reason.OUTPUT_ABOVE_THRESHOLD, Reason.CLIENT_MODE);

            world.mode = Mode.OFF;
            world.overrides = overriding(Map.of(Overrides.MODE, "rules"));
            assertThat(world.decide().arm()).isEqualTo(FAST);
        }
    }

    @Nested
    final class Pinned {
        @Test
        void inheritsTheArmAndTheLens() {
            world.request = Requests.messages(SECOND_TURN, "");
            world.pin = Optional.of(new Pin(FAST, Optional.of("0123456789abcdef"), EARLIER));

            Route.Delegate route = (Route.Delegate) world.assess().route();

            assertThat(route.decision().reasons()).containsExactly(Reason.INHERITED);
            assertThat(route.lens()).map(LensOrder::timing).contains(LensOrder.Timing.CACHED_ONLY);
            assertThat(route.lens().orElseThrow().pinned()).contains("0123456789abcdef");
        }

        @Test
        void staysDirect_whenItBeganDirect() {
            world.request = Requests.messages(SECOND_TURN, "");
            world.pin = Optional.of(new Pin(Arm.DIRECT, Optional.empty(), EARLIER));
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.INHERITED);
        }

        @Test
        void staysWithItsArm_insideAToolLoop() {
            world.request = Requests.messages(LOOP, "");
            world.pin = Optional.of(new Pin(FAST, Optional.empty(), EARLIER));

            assertThat(world.decide().arm()).isEqualTo(FAST);

            world.arms = List.of(Arm.DIRECT, FAST, BARE);
            world.overrides = overriding(Map.of(Overrides.ARM, "fast-bare"));

            assertThat(world.decide().arm())
                    .as("a forced switch waits until the loop is over")
                    .isEqualTo(FAST);
            assertThat(world.decide().reasons()).containsExactly(Reason.OPEN_TOOL_LOOP, Reason.CLIENT_ARM);
        }

        @Test
        void refusesAForcedArm_insideAToolLoopThatBeganElsewhere() {
            world.request = Requests.messages(LOOP, "");
            world.overrides = overriding(Map.of(Overrides.ARM, "fast-worker"));

            assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
            assertThat(world.decide().reasons()).containsExactly(Reason.OPEN_TOOL_LOOP, Reason.CLIENT_ARM);
        }

        @Test
        void isDecidedAnew_whenAFirstTurnOnlyOpensAlike() {
            world.pin = Optional.of(new Pin(Arm.DIRECT, Optional.empty(), EARLIER));
            world.l50 = 5000;

            assertThat(world.decide().arm()).isEqualTo(FAST);
        }

        @Test
        void inheritsAtOnce_whenTheClientNamesTheSession() {
            world.pin = Optional.of(new Pin(Arm.DIRECT, Optional.empty(), EARLIER));
            world.overrides = overriding(Map.of(Overrides.SESSION, "s1"));
            world.l50 = 5000;

            assertThat(world.decide().reasons()).containsExactly(Reason.INHERITED);
        }

        @Test
        void goesDirect_whenTheArmLeftTheRoute() {
            world.request = Requests.messages(SECOND_TURN, "");
            world.pin = Optional.of(new Pin(new Arm("retired"), Optional.empty(), EARLIER));

            assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
            assertThat(world.decide().reasons()).containsExactly(Reason.ARM_NOT_OFFERED, Reason.INHERITED);
        }

        @Test
        void countsTheLostPromptCache_whenARunningConversationWouldSwitch() {
            world.inputTokens = 3000;
            Usd fresh = saving();
            world.request = Requests.messages(SECOND_TURN, "");

            assertThat(saving()).as("3000 tokens at 5.00 - 0.50 per million").isEqualTo(fresh.minus(usd("0.0135")));
        }

        /** T17: no large provider caches a prefix below 1,024 tokens. */
        @Test
        void countsNoLostPromptCache_whenTheConversationIsTooShortToBeCached() {
            world.inputTokens = 1023;
            Usd fresh = saving();
            world.request = Requests.messages(SECOND_TURN, "");

            assertThat(saving()).isEqualTo(fresh);
        }

        private Usd saving() {
            return world.assess().arms().get(1).expectedSaving().orElseThrow();
        }
    }

    /** Properties over random prices, lengths and budgets. */
    @Nested
    final class Properties {
        @ParameterizedTest
        @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
        void moreExpectedOutputNeverTurnsDelegationOff(long seed) {
            Random random = new Random(seed);
            for (int round = 0; round < 40; round++) {
                randomise(random);
                List<Boolean> delegated = new ArrayList<>();
                for (long l50 = 1; l50 < 30_000; l50 = l50 * 3 / 2 + 1) {
                    world.l50 = l50;
                    delegated.add(!world.decide().arm().isDirect());
                }

                assertThat(delegated).as("seed %d round %d", seed, round).isSorted();
            }
        }

        @ParameterizedTest
        @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28})
        void lessBudgetNeverTurnsDelegationOff_whileTheArmCanBePaid(long seed) {
            Random random = new Random(seed);
            for (int round = 0; round < 40; round++) {
                randomise(random);
                world.l50 = 1L + random.nextInt(5000);
                List<Boolean> delegated = new ArrayList<>();
                for (long nanos = 100_000_000_000L; nanos > 1000; nanos = nanos * 2 / 3) {
                    world.remaining = Optional.of(new Usd(nanos));
                    Assessment assessment = world.assess();
                    if (assessment.arms().get(1).feasible()) {
                        delegated.add(!assessment.decision().arm().isDirect());
                    }
                }

                assertThat(delegated).as("seed %d round %d", seed, round).isSorted();
            }
        }

        @ParameterizedTest
        @ValueSource(longs = {31, 32, 33, 34})
        void neverDelegatesAtAnExpectedLoss_whenBreakEvenIsOn(long seed) {
            Random random = new Random(seed);
            int delegations = 0;
            for (int round = 0; round < 500; round++) {
                randomise(random);
                world.l50 = 1L + random.nextInt(4000);
                world.asking(random.nextBoolean() ? "Create 7 files" : "Tell me");
                Assessment assessment = world.assess();
                if (!assessment.decision().arm().isDirect()) {
                    delegations++;
                    assertThat(assessment.used().orElseThrow().expectedSaving().orElseThrow())
                            .isGreaterThanOrEqualTo(Usd.ZERO);
                }
            }

            assertThat(delegations).isBetween(50, 490);
        }

        /** A worker whose output is cheaper; otherwise longer answers rightly turn delegation off. */
        private void randomise(Random random) {
            double strong = 1 + 30 * random.nextDouble();
            double cheap = strong * (0.02 + 0.8 * random.nextDouble());
            world.prices.put(
                    new ModelName("strong"), price(decimal(strong / 4), decimal(strong / 20), decimal(strong)));
            world.prices.put(new ModelName("cheap"), price(decimal(cheap / 4), decimal(cheap / 20), decimal(cheap)));
            world.inputTokens = random.nextInt(4000);
            world.experience = new Experience();
            int delegated = random.nextInt(100);
            for (int i = 0; i < delegated; i++) {
                world.experience.learnDelegation(World.ACME, new Arm("fast-worker"), random.nextInt(10) == 0);
            }
        }

        private static String decimal(double dollars) {
            return String.format(java.util.Locale.ROOT, "%.6f", dollars);
        }
    }

    private static Overrides overriding(Map<String, String> headers) {
        return Overrides.parse(headers.entrySet());
    }
}
