package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each rule learns a made-up world well enough, and the bar is high enough to notice when it does not: every bar stands between the
 * rule's healthy score and that of a failure which is run next to it. Scores are means over seeds.
 */
class RuleGateTest {
    private static final int SEEDS = 4;
    private static final int REQUESTS = 2000;
    private static final PolicySettings OPEN = PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF);

    /** Plays what looks best so far: the failure that all rules exist to avoid. */
    private static final UpdateRule GREEDY = standings -> {
        for (int i = 0; i < standings.size(); i++) {
            standings.score(i, standings.mean(i) - standings.price(i));
        }
        standings.bestScoreWins();
    };

    @ParameterizedTest
    @CsvSource({
        "UCB, 0.72",
        "UCB1, 0.72",
        "UCB_TUNED, 0.72",
        "KL_UCB, 0.68",
        "THOMPSON, 0.70",
        "THOMPSON_FLAT, 0.72",
        "EPSILON_GREEDY, 0.62"
    })
    void findsTheBestArmOfEveryTask_whereGreedyLocksIn(RuleName rule, double bar) {
        double healthy = capture(seed -> new Policy(OPEN.with(rule)));
        double greedy = capture(seed -> new Policy(OPEN.with(rule).with(PolicySettings.Exploration.NONE), GREEDY));

        assertThat(healthy).as("capture of " + rule).isGreaterThan(bar);
        assertThat(greedy).as("capture of a greedy rule without a floor").isLessThan(bar);
    }

    @Test
    void off_neverDelegatesAndStillLearns() {
        Policy policy = new Policy(OPEN.with(RuleName.OFF));
        Practice practice = world(policy, 1);

        Practice.Report report = practice.live(200);
        Choice after = policy.choose(practice.question("worker-wins-1"), 0.999);

        assertThat(report.directShare()).isEqualTo(1);
        assertThat(after.propensity()).isEqualTo(1);
        assertThat(after.standings().pulls(0)).isGreaterThan(10);
    }

    private interface PolicyOfSeed {
        Policy make(int seed);
    }

    private static double capture(PolicyOfSeed policies) {
        return IntStream.range(0, SEEDS)
                .mapToDouble(
                        seed -> world(policies.make(seed), seed).live(REQUESTS).capture())
                .average()
                .orElseThrow();
    }

    /** The worker is cheaper by 0.1; it is better in half of the tasks and much worse in the others. */
    private static Practice world(Policy policy, int seed) {
        return new Practice(policy, seed, 0.1, 0)
                .task("worker-wins-1", 0.80, 0.95)
                .task("worker-wins-2", 0.75, 0.85)
                .task("worker-wins-3", 0.80, 0.85)
                .task("direct-wins-1", 0.90, 0.55)
                .task("direct-wins-2", 0.80, 0.40)
                .task("direct-wins-3", 0.85, 0.60);
    }
}
