package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rows recorded elsewhere: a head start when they are right, little harm when they are not. */
class WarmStartTest {
    private static final int SEEDS = 5;
    private static final int REQUESTS = 1600;
    private static final PolicySettings OPEN = PolicySettings.DEFAULT.with(PolicySettings.Guard.OFF);

    /** Without the drift alarm, which would take wrong evidence for a change and forget it. */
    private static final PolicySettings DEAF = OPEN.with(
            new PolicySettings.Drift(0.25, Double.POSITIVE_INFINITY, 0.005, PolicySettings.Drift.Watch.THIS_POLICY));

    /** Worker qualities by task; direct has 0.8 at a price of 0.1 everywhere. */
    private static final double[] WORKER = {0.90, 0.85, 0.80, 0.77, 0.60, 0.55, 0.50, 0.45};

    /** How far adverse rows are from the truth: enough to name the wrong arm in every task. */
    private static final double WRONG = 0.2;

    private enum Rows {
        NONE,
        RIGHT,
        /** The worker looks bad where it is good, and good where it is bad. */
        ADVERSE,
        /** The same, 200 of them per arm and task, and taken for live evidence: what the cap and the mixture prevent. */
        ADVERSE_AND_BELIEVED
    }

    @Test
    void rightRows_help_andAdverseRowsHarmLittle() {
        double cold = regret(OPEN, Rows.NONE);
        double right = regret(OPEN, Rows.RIGHT);
        double adverse = regret(OPEN, Rows.ADVERSE);
        double believed = regret(DEAF, Rows.ADVERSE_AND_BELIEVED);

        assertThat(right).as("right rows, mass 10").isLessThan(0.80 * cold);
        String scores = "cold %.4f right %.4f adverse %.4f believed %.4f".formatted(cold, right, adverse, believed);
        assertThat(adverse).as("adverse rows, mass 10; " + scores).isLessThan(1.7 * cold);
        assertThat(believed)
                .as("adverse rows, mass 200, taken for evidence; " + scores)
                .isGreaterThan(1.7 * cold);
    }

    @Test
    void mixture_ofHeavyRows_keepsTheHeadStart() {
        double cold = regret(OPEN, Rows.NONE);
        double right = regret(OPEN.with(new PolicySettings.WarmStart(200, 0.8)), Rows.RIGHT);

        assertThat(right).as("right rows, mass 200; cold " + cold).isLessThan(0.8 * cold);
    }

    /** Direct is always played and its rows are right; added up, they would drown what the worker's few outcomes say. */
    @Test
    void trust_isThatOfTheWorstArm() {
        Evidence[] seeds = {Evidence.of(200, 0.8), Evidence.of(200, 0.45)};
        Evidence[] live = {Evidence.of(400, 0.8), Evidence.of(8, 1)};

        double trust = SeedTrust.of(live, seeds, 0.8);
        double directAlone = SeedTrust.of(new Evidence[] {live[0]}, new Evidence[] {seeds[0]}, 0.8);

        assertThat(directAlone).isGreaterThan(0.95);
        assertThat(trust).isLessThan(0.1);
    }

    @Test
    void trust_followsTheBayesFactor() {
        Evidence[] seeds = {Evidence.of(20, 0.9)};

        double before = SeedTrust.of(new Evidence[] {Evidence.NONE}, seeds, 0.8);
        double agreeing = SeedTrust.of(new Evidence[] {Evidence.of(10, 0.9)}, seeds, 0.8);
        double opposing = SeedTrust.of(new Evidence[] {Evidence.of(10, 0.1)}, seeds, 0.8);

        assertThat(before).isCloseTo(0.8, within(1e-12));
        assertThat(agreeing).isGreaterThan(0.9);
        assertThat(opposing).isLessThan(0.01);
    }

    @Test
    void mass_isCapped() {
        Policy policy = new Policy(OPEN);
        Context task = new Context("model", "task", "somebody");
        policy.seed(List.of(new Seed(task, Arm.DIRECT, 0.5, 1e9)), Practice.START);

        Question question =
                new Question(task.wholeTask(), List.of(Option.of(Arm.DIRECT, 0)), Stakes.QUALITY_ONLY, Practice.START);
        assertThat(policy.choose(question, 0).standings().pulls(0)).isCloseTo(10, within(1e-9));
    }

    private static double regret(PolicySettings settings, Rows rows) {
        return IntStream.range(0, SEEDS)
                .mapToDouble(seed -> {
                    Policy policy = new Policy(settings);
                    Practice practice = new Practice(policy, seed, 0.1, 0);
                    for (int task = 0; task < WORKER.length; task++) {
                        practice.task("task-" + task, 0.8, WORKER[task]);
                        double wrong = WORKER[task] > 0.7 ? -WRONG : WRONG;
                        double told = WORKER[task] + (rows == Rows.RIGHT ? 0 : wrong);
                        Context context = practice.context("task-" + task);
                        tell(policy, rows, new Seed(context, Arm.DIRECT, 0.8, 1000));
                        tell(policy, rows, new Seed(context, Practice.WORKER, told, 1000));
                    }
                    return practice.live(REQUESTS).regret();
                })
                .average()
                .orElseThrow();
    }

    private static void tell(Policy policy, Rows rows, Seed seed) {
        switch (rows) {
            case NONE -> {}
            case RIGHT, ADVERSE -> policy.seed(List.of(seed), Practice.START);
            case ADVERSE_AND_BELIEVED -> {
                EvidenceKey key = new EvidenceKey(seed.context().wholeTask(), seed.arm());
                policy.learn(key, Evidence.of(200, seed.quality()), Practice.START);
            }
        }
    }
}
