package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rows recorded elsewhere: a head start when they are right, little harm when they are not. */
class WarmStartTest {
    private static final int SEEDS = 5;
    private static final int REQUESTS = 1600;
    private static final PolicySettings OPEN = PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF);

    /** Worker qualities by task; direct has 0.8 at a price of 0.1 everywhere. */
    private static final double[] WORKER = {0.90, 0.85, 0.80, 0.77, 0.60, 0.55, 0.50, 0.45};

    /** How far adverse rows are from the truth: enough to name the wrong arm in every task. */
    private static final double WRONG = 0.2;

    private enum Rows {
        NONE,
        RIGHT,
        /** The worker looks bad where it is good, and good where it is bad. */
        ADVERSE,
        /** Worker and direct are mixed up. */
        EXCHANGED,
        /** The same, 200 of them per arm and task, and taken for live evidence: what keeping them apart prevents. */
        EXCHANGED_AND_BELIEVED
    }

    @Test
    void rightRows_help_andAdverseRowsHarmLittle() {
        double cold = regret(OPEN, Rows.NONE);
        double right = regret(OPEN, Rows.RIGHT);
        double adverse = regret(OPEN, Rows.ADVERSE);
        double exchanged = regret(OPEN, Rows.EXCHANGED);
        double believed = regret(OPEN, Rows.EXCHANGED_AND_BELIEVED);

        String scores = "cold %.4f right %.4f adverse %.4f exchanged %.4f believed %.4f"
                .formatted(cold, right, adverse, exchanged, believed);
        assertThat(right).as("right rows; " + scores).isLessThan(0.85 * cold);
        assertThat(adverse).as("adverse rows; " + scores).isLessThan(1.8 * cold);
        assertThat(exchanged).as("exchanged rows; " + scores).isLessThan(2.3 * cold);
        assertThat(believed).as("exchanged rows, taken for outcomes; " + scores).isGreaterThan(3 * cold);
    }

    /** An arm may be better elsewhere than here in all tasks alike: the first outcomes anywhere tell. */
    @Test
    void rowsThatAreTooHighEverywhere_arePutRightByOutcomesOfOtherTasks() {
        Policy policy = new Policy(OPEN);
        List<Seed> rows = new ArrayList<>();
        for (int task = 0; task < 20; task++) {
            rows.add(new Seed(context(task), Practice.WORKER, task % 2 == 0 ? 0.95 : 0.75, 10));
        }
        policy.seed(rows, Practice.START);
        double believed = worker(policy, 0);

        for (int task = 2; task < 20; task++) {
            policy.learn(
                    new EvidenceKey(context(task), Practice.WORKER),
                    Evidence.of(10, task % 2 == 0 ? 0.7 : 0.5),
                    Practice.START);
        }
        policy.refresh(Practice.START);

        assertThat(believed).isGreaterThan(0.75);
        assertThat(worker(policy, 0)).as("told 0.95, without an outcome").isLessThan(believed - 0.08);
        assertThat(worker(policy, 0) - worker(policy, 1))
                .as("what the rows say of the tasks' difference stays")
                .isGreaterThan(0.08);
    }

    private static Context context(int task) {
        return new Context("model", "task-" + task, "somebody");
    }

    private static double worker(Policy policy, int task) {
        List<Option> options = List.of(Option.of(Arm.DIRECT, 0), Option.of(Practice.WORKER, 0));
        return policy.choose(new Question(context(task), options, Stakes.QUALITY_ONLY, Practice.START), 0)
                .standings()
                .quality(1);
    }

    @Test
    void mass_isCapped() {
        Policy many = new Policy(OPEN);
        Policy ten = new Policy(OPEN);
        many.seed(List.of(new Seed(context(0), Practice.WORKER, 0.1, 1e9)), Practice.START);
        ten.seed(List.of(new Seed(context(0), Practice.WORKER, 0.1, 10)), Practice.START);

        assertThat(worker(many, 0)).isEqualTo(worker(ten, 0)).isLessThan(0.65);
    }

    private static double regret(PolicySettings settings, Rows rows) {
        return IntStream.range(0, SEEDS)
                .mapToDouble(seed -> {
                    Policy policy = new Policy(settings);
                    Practice practice = new Practice(policy, seed, 0.1, 0);
                    for (int task = 0; task < WORKER.length; task++) {
                        practice.task("task-" + task, 0.8, WORKER[task]);
                        Context context = practice.context("task-" + task);
                        double adverse = WORKER[task] + (WORKER[task] > 0.7 ? -WRONG : WRONG);
                        switch (rows) {
                            case NONE -> {}
                            case RIGHT -> tell(policy, context, 0.8, WORKER[task]);
                            case ADVERSE -> tell(policy, context, 0.8, adverse);
                            case EXCHANGED -> tell(policy, context, WORKER[task], 0.8);
                            case EXCHANGED_AND_BELIEVED -> {
                                believe(policy, context, Arm.DIRECT, WORKER[task]);
                                believe(policy, context, Practice.WORKER, 0.8);
                            }
                        }
                    }
                    return practice.live(REQUESTS).regret();
                })
                .average()
                .orElseThrow();
    }

    private static void tell(Policy policy, Context context, double direct, double worker) {
        policy.seed(
                List.of(new Seed(context, Arm.DIRECT, direct, 1000), new Seed(context, Practice.WORKER, worker, 1000)),
                Practice.START);
    }

    private static void believe(Policy policy, Context context, Arm arm, double quality) {
        policy.learn(new EvidenceKey(context.wholeTask(), arm), Evidence.of(200, quality), Practice.START);
    }
}
