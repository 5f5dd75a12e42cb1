package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.budget.CostModel;
import dev.fresnel.chat.Usage;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;
import org.junit.jupiter.api.Test;

/** What was measured takes the place of the constants, and only as far as it is known. */
final class ExperienceTest {
    private static final Arm FAST = new Arm("fast-worker");
    private static final ModelName STRONG = new ModelName("strong");
    private static final ModelName CHEAP = new ModelName("cheap");
    private static final Worker WORKER = World.worker("fast-worker", "cheap", Guidance.LENS);

    private final Experience experience = new Experience();

    @Test
    void isTheConstants_whenNothingWasSeen() {
        assertThat(experience.costs(World.ACME, WORKER, CHEAP, STRONG)).isEqualTo(CostModel.DEFAULT);
        assertThat(experience.lensOutputTokens(STRONG, 700)).isEqualTo(700);
        assertThat(experience.inputTokens(CHEAP, STRONG, 1000)).isEqualTo(1000);
    }

    @Test
    void countsHowOftenTheRequestedModelAnswersAfterAll_perArm() {
        for (int i = 0; i < 400; i++) {
            experience.learnDelegation(World.ACME, FAST, i % 2 == 0);
            experience.learnDelegation(World.ACME, new Arm("other"), false);
        }

        assertThat(escalation(WORKER)).isCloseTo(0.46, within(0.02));
        assertThat(escalation(World.worker("other", "cheap", Guidance.BARE))).isLessThan(0.02);
        for (int i = 0; i < 1000; i++) {
            experience.learnDelegation(World.ACME, FAST, false);
        }
        assertThat(escalation(WORKER)).as("what is long ago is forgotten").isLessThan(0.02);
    }

    @Test
    void oneTenantsEscalations_areNoOthersConcern() {
        for (int i = 0; i < 400; i++) {
            experience.learnDelegation(new TenantId("other"), FAST, true);
        }

        assertThat(experience.costs(World.ACME, WORKER, CHEAP, STRONG)).isEqualTo(CostModel.DEFAULT);
    }

    /** T12: a reasoning model thinks for thousands of tokens before it writes 700. */
    @Test
    void pricesALensByWhatItsWritingTook() {
        for (int i = 0; i < 30; i++) {
            experience.learnLens(STRONG, new Usage(400, 0, 6000, 5300));
        }

        assertThat(experience.lensOutputTokens(STRONG, 700)).isBetween(5000L, 6000L);
        assertThat(experience.lensOutputTokens(CHEAP, 700)).isEqualTo(700);
    }

    @Test
    void countsTheSameTextAsEachModelBillsIt() {
        for (int i = 0; i < 64; i++) {
            experience.learnInput(CHEAP, 1000, Usage.of(1200, 1));
            experience.learnInput(STRONG, 1000, Usage.of(1000, 1));
        }

        assertThat(experience.inputTokens(CHEAP, STRONG, 1000)).isBetween(1180L, 1200L);
        assertThat(experience.inputTokens(STRONG, CHEAP, 1200)).isBetween(1000L, 1020L);
    }

    /** Escalations make delegation dearer: the arm's expected cost and its break-even follow what was measured. */
    @Test
    void decidesWithWhatWasMeasured() {
        World world = new World();
        world.l50 = 1000;
        ArmRow before = world.assess().arms().get(1);
        for (int i = 0; i < 400; i++) {
            world.experience.learnDelegation(World.ACME, FAST, true);
            world.experience.learnLens(STRONG, new Usage(400, 0, 6000, 5300));
        }
        ArmRow after = world.assess().arms().get(1);

        assertThat(before.expectedCost()
                        .orElseThrow()
                        .isLessThan(after.expectedCost().orElseThrow()))
                .isTrue();
        assertThat(after.lensCost().orElseThrow().dollars())
                .isGreaterThan(3 * before.lensCost().orElseThrow().dollars());
        assertThat(after.breakEven()).contains(new BreakEven.Never());
    }

    private double escalation(Worker worker) {
        return experience.costs(World.ACME, worker, CHEAP, STRONG).escalation();
    }
}
