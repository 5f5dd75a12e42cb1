package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A worker gets worse and nobody says so. */
class DriftTest {
    private static final int SEEDS = 5;
    private static final PolicySettings OPEN = PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF);
    private static final PolicySettings DEAF = OPEN.with(
            new PolicySettings.Drift(0.25, Double.POSITIVE_INFINITY, 0.005, PolicySettings.Drift.Watch.THIS_POLICY));

    @Test
    void silentLoss_isNoticedAndRoutedAround() {
        int alarmed = 0;
        double direct = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Practice practice = world(OPEN, seed);
            practice.live(3000);
            practice.workersLose(0.25);
            Practice.Report first = practice.live(400);
            alarmed += first.alarmedAt() >= 0 && first.alarmedAt() < 300 ? 1 : 0;
            direct += practice.live(400).directShare() / SEEDS;
        }

        assertThat(alarmed).as("runs with an alarm within 300 requests").isEqualTo(SEEDS);
        assertThat(direct)
                .as("direct share of requests 400 to 800 after the loss")
                .isGreaterThan(0.85);
    }

    @Test
    void silentLoss_isNotRoutedAround_withoutTheAlarm() {
        double direct = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Practice practice = world(DEAF, seed);
            practice.live(3000);
            practice.workersLose(0.25);
            practice.live(400);
            direct += practice.live(400).directShare() / SEEDS;
        }

        assertThat(direct)
                .as("direct share of requests 400 to 800 after the loss")
                .isLessThan(0.85);
    }

    @Test
    void steadyWorld_raisesNoAlarm() {
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(world(OPEN, seed).live(4000).alarmedAt())
                    .as("seed " + seed)
                    .isEqualTo(-1);
        }
    }

    @Test
    void alarm_raisesTheFloorForAWhile() {
        Policy policy = new Policy(OPEN.with(new PolicySettings.Exploration(0.02, 0.02, 0.05, 10)));
        Practice practice = new Practice(policy, 1, 0.1, 0).task("work", 0.9, 0.4);
        practice.live(300);
        double calm = policy.choose(practice.question("work"), 0).standings().probability(1);

        policy.change("model", Practice.WORKER, 0.5, practice.now());
        double raised = policy.choose(practice.question("work"), 0).standings().probability(1);
        practice.live(10);
        double after = policy.choose(practice.question("work"), 0).standings().probability(1);

        assertThat(calm).isCloseTo(0.02, within(1e-9));
        assertThat(raised).isGreaterThanOrEqualTo(0.05 - 1e-9);
        assertThat(after).isCloseTo(0.02, within(1e-9));
    }

    /** A provider changes a model everywhere at once: after the alarm a few outcomes in one task tell of the others. */
    @Test
    void changedArm_keepsWhatItsOldSelfKnewOfTheTasks() {
        Policy policy = new Policy(DEAF);
        teach(policy, "easy", 500, 0.9);
        teach(policy, "hard", 500, 0.6);
        teach(policy, "other", 500, 0.75);

        policy.change("model", Practice.WORKER, 0.005, Practice.START);
        double unsure = deviation(policy, "easy");
        teach(policy, "other", 60, 0.5);
        policy.refresh(Practice.START);

        assertThat(unsure).isGreaterThan(0.08);
        assertThat(quality(policy, "easy")).isBetween(0.60, 0.75);
        assertThat(quality(policy, "hard")).isBetween(0.30, 0.52);
    }

    /** The outage's few outcomes do not take the place of what was known before it. */
    @Test
    void armThatComesBack_isTakenForWhatItWasBefore() {
        Policy policy = new Policy(DEAF);
        teach(policy, "easy", 500, 0.9);
        teach(policy, "hard", 500, 0.6);
        policy.change("model", Practice.WORKER, 0.005, Practice.START);
        teach(policy, "easy", 50, 0.1);
        teach(policy, "hard", 50, 0.1);
        double broken = quality(policy, "easy");

        policy.change("model", Practice.WORKER, 0.005, Practice.START);

        assertThat(broken).isLessThan(0.25);
        assertThat(quality(policy, "easy")).isGreaterThan(0.75);
        assertThat(quality(policy, "hard")).isBetween(0.45, 0.70);
    }

    private static void teach(Policy policy, String task, int count, double quality) {
        Context context = new Context("model", task, "tenant");
        tell(policy, new EvidenceKey(context, Practice.WORKER), count, quality);
        tell(policy, new EvidenceKey(context, Arm.DIRECT), count, 0.8);
    }

    private static void tell(Policy policy, EvidenceKey key, int count, double quality) {
        double stamp = policy.stamp(key, Practice.START);
        policy.learn(key, new Observation(stamp, count, quality), Practice.START);
    }

    private static double quality(Policy policy, String task) {
        return standings(policy, task).quality(1);
    }

    private static double deviation(Policy policy, String task) {
        return standings(policy, task).deviation(1);
    }

    private static Standings standings(Policy policy, String task) {
        List<Option> options = List.of(Option.of(Arm.DIRECT, 0), Option.of(Practice.WORKER, 0));
        Context context = new Context("model", task, "tenant");
        return policy.choose(new Question(context, options, Stakes.QUALITY_ONLY, Practice.START), 0)
                .standings();
    }

    @Test
    void cusum_sumsBothSidesAndForgetsSlack() {
        Cusum sums = Cusum.ZERO.plus(-2, 1, 0.25).plus(-1, 1, 0.25).plus(0.5, 1, 0.25);

        assertThat(sums.low()).isCloseTo(1.75 + 0.75 - 0.75, within(1e-12));
        assertThat(sums.high()).isCloseTo(0.25, within(1e-12));
        assertThat(sums.exceeds(1.7)).isTrue();
        assertThat(sums.exceeds(1.8)).isFalse();
    }

    private static Practice world(PolicySettings settings, int seed) {
        Practice practice = new Practice(new Policy(settings), seed, 0.1, 0);
        for (int task = 0; task < 12; task++) {
            practice.task("task-" + task, 0.75 + 0.01 * task, 0.70 + 0.015 * task);
        }
        return practice;
    }
}
