package dev.fresnel.delegation;

import static dev.fresnel.delegation.World.BARE;
import static dev.fresnel.delegation.World.FAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.RequestId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mode {@code shadow-adaptive}: the learned policy decides, and nothing comes of it but a record. */
class ShadowTest {
    private final World world = new World();

    @BeforeEach
    void shadow() {
        world.mode = Mode.SHADOW_ADAPTIVE;
        world.arms = List.of(Arm.DIRECT, BARE);
    }

    /** A chance at which the policy draws the worker. */
    private void drawTheWorker() {
        world.moment = new Moment(world.moment.now(), 0.9999);
    }

    @Test
    void sendsDirectWithProbability1_andTellsTheDraw() {
        drawTheWorker();

        Assessment assessment = world.assess();

        assertThat(assessment.route()).isInstanceOf(Route.Direct.class);
        assertThat(assessment.decision().preferred()).isEqualTo(BARE);
        assertThat(assessment.decision().propensities()).isEqualTo(Map.of(Arm.DIRECT, 1.0, BARE, 0.0));
        assertThat(assessment.decision().reasons()).startsWith(Reason.SHADOW).hasSize(2);
        Learning.Counterfactual draw =
                assessment.learning().flatMap(Learning::counterfactual).orElseThrow();
        assertThat(draw.arm()).isEqualTo(BARE);
        world.mode = Mode.ADAPTIVE;
        assertThat(draw.probabilities())
                .as("those that the same request is drawn with outside shadow")
                .isEqualTo(world.decide().propensities());
    }

    @Test
    void learnsOfDirectOnly_onceAConversation() {
        drawTheWorker();

        Learning learning = world.assess().learning().orElseThrow();

        assertThat(learning.key().arm()).isEqualTo(Arm.DIRECT);
        assertThat(learning.propensity()).isEqualTo(1);
        assertThat(learning.odds()).extracting(Learning.Odds::probability).containsExactly(1.0, 0.0);

        world.overrides = Overrides.parse(List.of(Map.entry(Overrides.SESSION, "s")));
        world.pin = Optional.of(new Pin(
                Arm.DIRECT,
                Optional.empty(),
                world.moment.now(),
                Optional.of(new Pin.Learned(new RequestId("first"), learning.key(), learning.lead(), TaskKind.OTHER))));
        assertThat(world.assess().learning()).as("no decision of its own").isEmpty();
        assertThat(world.decide().reasons()).containsExactly(Reason.SHADOW, Reason.INHERITED);
    }

    @Test
    void learnsOfDirect_alsoWhereTheWorkersLensIsThere() {
        world.arms = List.of(Arm.DIRECT, FAST);
        world.build = LensPolicy.Build.BACKGROUND;
        for (Inquiry.LensState lens : List.of(Inquiry.LensState.CACHED, Inquiry.LensState.ABSENT)) {
            world.lens = lens;
            drawTheWorker();

            Learning learning = world.assess().learning().orElseThrow();

            assertThat(learning.key().arm()).isEqualTo(Arm.DIRECT);
            assertThat(learning.propensity()).isCloseTo(1, within(1e-9));
        }
    }

    @Test
    void learnsNothing_whenTheClientNamesAnArm() {
        world.overrides = Overrides.parse(List.of(Map.entry(Overrides.ARM, BARE.name())));

        assertThat(world.assess().learning()).isEmpty();
        assertThat(world.decide().arm()).isEqualTo(Arm.DIRECT);
    }
}
