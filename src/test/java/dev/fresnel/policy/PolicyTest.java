package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The four steps of a decision, for every rule alike. */
class PolicyTest {
    private static final Arm WORKER = new Arm("worker");
    private static final Arm OTHER = new Arm("other");
    private static final Context HERE = new Context("model", "task", "leaf");
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final PolicySettings OPEN = PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF);

    @ParameterizedTest
    @EnumSource(RuleName.class)
    void propensitiesSumToOne_inAnyState(RuleName rule) {
        Policy policy = new Policy(OPEN.with(rule));
        SplittableRandom random = new SplittableRandom(7);
        List<Option> options = List.of(Option.of(Arm.DIRECT, 0.01), Option.of(WORKER, 0.001), Option.of(OTHER, 0.004));

        for (int i = 0; i < 300; i++) {
            Choice choice = policy.choose(new Question(HERE, options, Stakes.worth(0.1), NOW), random.nextDouble());
            double sum =
                    choice.propensities().values().stream().mapToDouble(p -> p).sum();

            assertThat(sum).isCloseTo(1, within(1e-12));
            assertThat(choice.propensity())
                    .isPositive()
                    .isEqualTo(choice.propensities().get(choice.arm()));
            policy.begin(choice.key(), NOW);
            Observation seen = new Observation(choice.stamp(), 1, random.nextInt(2));
            assertThat(policy.learn(choice.key(), seen, NOW).delta().weight()).isEqualTo(1);
            policy.end(choice.key());
        }
        assertThat(policy.counts()).isEqualTo(new PolicyCounts(0, 0, 0));
    }
}
