package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.policy.Arm;
import dev.fresnel.savings.Trial;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The lot by which delegable conversations become controls. */
class ControlTest {
    private static final Arm BARE = new Arm("fast-bare");

    private static World world(Mode mode, double lot) {
        World world = new World().asking("Write CRUD endpoints for 5 entities");
        world.mode = mode;
        world.arms = List.of(Arm.DIRECT, BARE);
        world.controlShare = 0.1;
        world.l50 = 3000;
        world.moment = new Moment(world.moment.now(), 0.99, lot, BudgetPacing.Pressure.NONE);
        return world;
    }

    private static World running(World world, Trial.Side side) {
        world.trial = Optional.of(new Trial("strong", side, 0.1, 0.1, 0.01));
        world.overrides = Overrides.parse(List.of(Map.entry("x-fresnel-session", "s1")));
        return world;
    }

    @Test
    void rulesSendAControlDirect_withTheExactPropensity() {
        Assessment control = world(Mode.RULES, 0.0999).assess();
        Assessment other = world(Mode.RULES, 0.1).assess();

        assertThat(control.decision().arm()).isEqualTo(Arm.DIRECT);
        assertThat(control.decision().preferred()).isEqualTo(BARE);
        assertThat(control.decision().reasons()).startsWith(Reason.CONTROL).contains(Reason.MULTI_PART);
        assertThat(other.decision().arm()).isEqualTo(BARE);
        assertThat(other.decision().reasons()).doesNotContain(Reason.CONTROL);
        for (Assessment one : List.of(control, other)) {
            assertThat(one.decision().propensities()).isEqualTo(Map.of(Arm.DIRECT, 0.1, BARE, 0.9));
            assertThat(one.learning().orElseThrow().use()).isEqualTo(Learning.Use.MEASURED);
        }
        assertThat(control.learning().orElseThrow().propensity()).isEqualTo(0.1);
        Trial trial = other.learning().orElseThrow().trial().orElseThrow();
        assertThat(trial)
                .isEqualTo(new Trial(
                        "strong",
                        Trial.Side.DELEGATED,
                        0.1,
                        0.1,
                        other.arms().getFirst().expectedCost().orElseThrow().dollars()));
    }

    @Test
    void thePolicysProbabilities_standBehindTheLot() {
        Assessment control = world(Mode.ADAPTIVE, 0.05).assess();
        Assessment other = world(Mode.ADAPTIVE, 0.5).assess();
        World alone = world(Mode.ADAPTIVE, 0.5);
        alone.controlShare = 0;
        Map<Arm, Double> drawn = alone.assess().decision().propensities();

        assertThat(control.decision().reason()).isEqualTo(Reason.CONTROL);
        assertThat(control.learning().orElseThrow().trial().orElseThrow().side())
                .isEqualTo(Trial.Side.CONTROL);
        for (Assessment one : List.of(control, other)) {
            Map<Arm, Double> all = one.decision().propensities();
            assertThat(all.get(BARE)).isCloseTo(0.9 * Objects.requireNonNull(drawn.get(BARE)), within(1e-12));
            assertThat(all.get(Arm.DIRECT))
                    .isCloseTo(0.1 + 0.9 * Objects.requireNonNull(drawn.get(Arm.DIRECT)), within(1e-12));
            Learning learning = one.learning().orElseThrow();
            assertThat(learning.isTaught()).isTrue();
            assertThat(learning.propensity()).isEqualTo(all.get(one.decision().arm()));
            assertThat(learning.trial().orElseThrow().directShare()).isCloseTo(all.get(Arm.DIRECT), within(1e-12));
        }
        assertThat(control.learning().orElseThrow().propensity()).isGreaterThan(0.1);
    }

    @Test
    void drawsOnce_andAConversationStaysWhatItIs() {
        Assessment control = running(world(Mode.RULES, 0.9), Trial.Side.CONTROL).assess();
        Assessment other =
                running(world(Mode.RULES, 0.01), Trial.Side.DELEGATED).assess();
        Assessment adaptive =
                running(world(Mode.ADAPTIVE, 0.01), Trial.Side.DELEGATED).assess();

        assertThat(control.decision().arm()).isEqualTo(Arm.DIRECT);
        assertThat(control.decision().reasons()).containsExactly(Reason.CONTROL);
        assertThat(other.decision().arm()).isEqualTo(BARE);
        assertThat(adaptive.decision().reasons()).doesNotContain(Reason.CONTROL);
        assertThat(List.of(control, other, adaptive))
                .allSatisfy(one ->
                        assertThat(one.learning().flatMap(Learning::trial)).isEmpty());
    }

    @Test
    void leavesAlone_whatIsNotDelegableOrForcedOrOnlyWatched() {
        World small = world(Mode.RULES, 0).asking("Hi");
        small.l50 = 10;
        World forced = world(Mode.RULES, 0);
        forced.overrides = Overrides.parse(List.of(Map.entry("x-fresnel-arm", "fast-bare")));
        World paused = world(Mode.ADAPTIVE, 0);
        paused.allowance = Inquiry.Allowance.PAUSED;

        assertThat(forced.assess().decision().arm()).isEqualTo(BARE);
        for (World world : List.of(small, forced, paused, world(Mode.SHADOW, 0), world(Mode.SHADOW_ADAPTIVE, 0))) {
            Assessment one = world.assess();
            assertThat(one.decision().reasons()).doesNotContain(Reason.CONTROL);
            assertThat(one.learning().flatMap(Learning::trial)).isEmpty();
        }
    }

    @Test
    void drawsNobody_whenOnlyExplaining() {
        World world = world(Mode.RULES, 0);
        world.moment = Moment.of(world.moment.now());

        assertThat(world.assess().decision().arm()).isEqualTo(BARE);
    }
}
