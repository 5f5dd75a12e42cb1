package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.BudgetState;
import dev.fresnel.budget.OnLow;
import dev.fresnel.policy.Arm;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** RFC-042's downgrade ladder (S41). */
final class LadderTest {
    private final World world = new World();

    LadderTest() {
        world.arms = List.of(Arm.DIRECT, World.FAST, World.BARE);
        world.lens = Inquiry.LensState.CACHED;
        world.rules = World.breakEven(RouteRules.Toggle.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "AMPLE, direct, NO_RULE_FIRED",
        "LOW, fast-worker, BUDGET_STATE_LOW",
        "WARNING, fast-worker, BUDGET_STATE_LOW",
        "CRITICAL, fast-bare, BUDGET_STATE_CRITICAL",
        "EXHAUSTED, fast-bare, BUDGET_STATE_CRITICAL"
    })
    void takesTheRungOfTheState(BudgetState state, String arm, Reason reason) {
        low(state, OnLow.PREFER_CHEAP);

        Decision decision = world.decide();

        assertThat(decision.arm()).isEqualTo(new Arm(arm));
        assertThat(decision.reason()).isEqualTo(reason);
    }

    @Test
    void changesNothing_unlessTheTenantAskedForIt() {
        low(BudgetState.CRITICAL, OnLow.IGNORE);

        assertThat(world.decide().reason()).isEqualTo(Reason.NO_RULE_FIRED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OFF", "SHADOW", "SHADOW_ADAPTIVE"})
    void changesNothing_whereNothingIsDelegated(Mode mode) {
        low(BudgetState.CRITICAL, OnLow.PREFER_CHEAP);
        world.mode = mode;

        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
        assertThat(world.decide().reasons()).doesNotContain(Reason.BUDGET_STATE_CRITICAL);
    }

    @Test
    void aLearnedRouteLearnsWhatCameOfIt() {
        low(BudgetState.CRITICAL, OnLow.PREFER_CHEAP);
        world.mode = Mode.ADAPTIVE;

        Assessment assessment = world.assess();

        assertThat(assessment.decision().reason()).isEqualTo(Reason.BUDGET_STATE_CRITICAL);
        assertThat(assessment.learning().orElseThrow().propensity()).isEqualTo(1);
        assertThat(assessment.learning().orElseThrow().key().arm()).isEqualTo(World.BARE);
    }

    @Test
    void staysWithTheRequestedModel_whenNoWorkerIsCheaperOrMayAnswer() {
        low(BudgetState.CRITICAL, OnLow.PREFER_CHEAP);
        world.prices.put(new dev.fresnel.value.ModelName("cheap"), World.price("50", "5", "250"));
        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);

        world.prices.put(new dev.fresnel.value.ModelName("cheap"), World.price("1", "0.1", "5"));
        world.supports = java.util.Set.of();
        world.request = dev.fresnel.estimate.Requests.asking("Tell me about tides");
        world.arms = List.of(Arm.DIRECT, World.FAST);
        low(BudgetState.LOW, OnLow.PREFER_CHEAP);
        world.lens = Inquiry.LensState.RETIRED;
        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
    }

    @Test
    void takesTheOnlyWorker_whenNoneIsBare() {
        world.arms = List.of(Arm.DIRECT, World.FAST);
        low(BudgetState.CRITICAL, OnLow.PREFER_CHEAP);

        assertThat(world.decide().arm()).isEqualTo(World.FAST);
    }

    @Test
    void aBareWorkerIsNoAnswerToALowBudget_asLongAsItIsNotCritical() {
        world.arms = List.of(Arm.DIRECT, World.BARE);
        low(BudgetState.LOW, OnLow.PREFER_CHEAP);

        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
    }

    private void low(BudgetState state, OnLow onLow) {
        world.remaining = Optional.of(World.usd("1000"));
        world.moment = new Moment(world.moment.now(), 0.5, BudgetPacing.Pressure.NONE.with(Downgrade.of(state, onLow)));
    }
}
