package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hierarchical posterior against one big joint normal distribution, conditioned by brute force. */
class HierarchyTest {
    private static final PolicySettings.Prior PRIOR = PolicySettings.Prior.DEFAULT;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void taskPosterior_equalsTheJointPosterior(int arms) {
        SplittableRandom random = new SplittableRandom(arms);
        Hierarchy hierarchy = new Hierarchy(PRIOR, PolicySettings.WarmStart.DEFAULT);
        hierarchy.restart(roster(arms), TaskScatter.byDefault(PRIOR, arms));
        List<Evidence[]> tasks = new ArrayList<>();
        List<Likelihood.Message> messages = new ArrayList<>();
        double[] noise = new double[arms];
        Arrays.fill(noise, 0.16);
        for (int g = 0; g < 4; g++) {
            Evidence[] evidence = new Evidence[arms];
            for (int a = 0; a < arms; a++) {
                // Some arms were never played in some tasks.
                double n = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(40);
                evidence[a] = Evidence.of(n, random.nextDouble());
            }
            tasks.add(evidence);
            messages.add(hierarchy.exchange(null, Likelihood.of(evidence, noise)));
        }

        Gaussian posterior = Likelihood.of(tasks.get(2), noise).after(hierarchy.taskPrior(messages.get(2)));

        Joint joint = new Joint(arms, 4);
        for (int g = 0; g < 4; g++) {
            joint.observe(g, tasks.get(g), noise);
        }
        for (int a = 0; a < arms; a++) {
            assertThat(posterior.mean()[a]).isCloseTo(joint.mean(2, a), within(1e-9));
            for (int b = 0; b < arms; b++) {
                assertThat(posterior.covariance()[a][b]).isCloseTo(joint.covariance(2, a, b), within(1e-9));
            }
        }
    }

    @Test
    void exchangedMessages_leaveNoTrace() {
        Hierarchy hierarchy = new Hierarchy(PRIOR, PolicySettings.WarmStart.DEFAULT);
        hierarchy.restart(roster(3), TaskScatter.byDefault(PRIOR, 3));
        double[] noise = {0.2, 0.16, 0.04};
        Gaussian before = hierarchy.taskPrior(null);
        Likelihood.Message message = null;
        for (int i = 1; i <= 10_000; i++) {
            Evidence[] evidence = {Evidence.of(i, 0.8), Evidence.of(i % 17, 0.3), Evidence.NONE};
            message = hierarchy.exchange(message, Likelihood.of(evidence, noise));
        }

        Gaussian after = hierarchy.taskPrior(message);

        for (int a = 0; a < 3; a++) {
            assertThat(after.mean()[a]).isCloseTo(before.mean()[a], within(1e-9));
            assertThat(after.covariance()[a][a]).isCloseTo(before.covariance()[a][a], within(1e-9));
        }
    }

    /** An arm is played where it is good. Its mean over all rewards then says that it is good everywhere. */
    @Test
    void newTask_expectsTheMeanOfTasks_notTheMeanOfRewards() {
        Policy policy = new Policy(PolicySettings.DEFAULT);
        Evidence all = Evidence.NONE;
        for (int g = 0; g < 12; g++) {
            boolean good = g < 2;
            Evidence seen = good ? Evidence.of(1000, 0.95) : Evidence.of(12, 0.35);
            policy.learn(
                    new EvidenceKey(new Context("model", "task-" + g, "leaf"), Practice.WORKER), seen, Practice.START);
            all = all.plus(seen);
        }

        double expected = quality(policy, new Context("model", "new", "leaf"));
        double byRewards = all.reward() / all.weight();

        assertThat(byRewards).as("pooling by raw arm means").isGreaterThan(0.9);
        assertThat(expected).as("mean of the tasks is 0.45").isBetween(0.40, 0.60);
    }

    @Test
    void newLeaf_startsFromItsTask_andNewTaskFromItsPopulation() {
        Policy policy = new Policy(PolicySettings.DEFAULT);
        Context known = new Context("model", "task", "leaf");
        policy.learn(new EvidenceKey(known, Practice.WORKER), Evidence.of(200, 0.3), Practice.START);

        double leaf = quality(policy, known);
        double sibling = quality(policy, new Context("model", "task", "other"));
        double task = quality(policy, new Context("model", "other", "leaf"));
        double stranger = quality(policy, new Context("other", "task", "leaf"));

        assertThat(leaf).isCloseTo(0.3, within(0.02));
        assertThat(sibling).isCloseTo(0.3, within(0.05));
        assertThat(task).isBetween(0.4, 0.6);
        assertThat(stranger).isEqualTo(PRIOR.worker());
    }

    /** What a task is taken for without its own evidence does not move with it, however much there is. */
    @Test
    void ownEvidence_countsOnce() {
        Hierarchy hierarchy = new Hierarchy(PRIOR, PolicySettings.WarmStart.DEFAULT);
        hierarchy.restart(roster(2), TaskScatter.byDefault(PRIOR, 2));
        double[] noise = {0.2, 0.2};
        Gaussian before = hierarchy.taskPrior(null);

        Likelihood.Message own = hierarchy.exchange(
                null, Likelihood.of(new Evidence[] {Evidence.of(1000, 0), Evidence.of(1000, 1)}, noise));

        assertThat(hierarchy.taskPrior(own).mean()).containsExactly(before.mean(), within(1e-9));
        assertThat(hierarchy.taskPrior(null).mean()[1]).isGreaterThan(before.mean()[1] + 0.05);
    }

    @Test
    void errorsSplit_intoThePopulationsAndTheirOwn() {
        Hierarchy hierarchy = new Hierarchy(PRIOR, PolicySettings.WarmStart.DEFAULT);
        hierarchy.restart(roster(2), TaskScatter.byDefault(PRIOR, 2));
        double[] noise = {0.2, 0.16};
        List<Evidence[]> tasks = List.of(
                new Evidence[] {Evidence.of(20, 0.8), Evidence.of(3, 0.5)},
                new Evidence[] {Evidence.NONE, Evidence.of(40, 0.6)},
                new Evidence[] {Evidence.of(2, 0.5), Evidence.NONE});
        Joint joint = new Joint(2, 3);
        for (int g = 0; g < 3; g++) {
            hierarchy.exchange(null, Likelihood.of(tasks.get(g), noise));
            joint.observe(g, tasks.get(g), noise);
        }

        double[][] weights = {{-30, 30}, {-7, 7}, {2, 0}};
        double own = 0;
        double[] exposure = new double[2];
        double[][] scatter = hierarchy.scatter();
        for (int g = 0; g < 3; g++) {
            ErrorSplit errors = ErrorSplit.of(scatter).after(Likelihood.of(tasks.get(g), noise));
            own += Math.pow(errors.deviation(weights[g]), 2);
            exposure = Matrix.plus(exposure, errors.exposure(weights[g]));
        }
        double shared = Matrix.product(exposure, Matrix.times(hierarchy.meanCovariance(), exposure));

        double expected = 0;
        for (int g = 0; g < 3; g++) {
            for (int h = 0; h < 3; h++) {
                for (int a = 0; a < 2; a++) {
                    for (int b = 0; b < 2; b++) {
                        expected += weights[g][a] * weights[h][b] * joint.covarianceOf(g, a, h, b);
                    }
                }
            }
        }
        assertThat(own + shared).isCloseTo(expected, within(1e-9));
    }

    @Test
    void scatter_isThatOfTasks_andNotTheNoise() {
        double[][] scatter = fitted(
                400, (random, first, second) -> new Evidence[] {coins(random, first, 30), coins(random, second, 30)});

        assertThat(Math.sqrt(scatter[0][0])).isCloseTo(0.100, within(0.015));
        assertThat(Math.sqrt(scatter[1][1])).isCloseTo(0.112, within(0.015));
        assertThat(scatter[0][1]).isCloseTo(0.010, within(0.003));
    }

    /** Where the first arm looks bad it is left: the tasks that have played both a lot all look alike. */
    @Test
    void scatter_isThatOfAllTasks_whenThePolicyChoseWhichPlayBothArms() {
        double[][] scatter = fitted(400, (random, first, second) -> {
            Evidence few = coins(random, first, 15);
            Evidence many = few.reward() / few.weight() > 0.6 ? few.plus(coins(random, first, 100)) : few;
            return new Evidence[] {many, coins(random, second, 30)};
        });

        assertThat(Math.sqrt(scatter[0][0])).isCloseTo(0.100, within(0.015));
        assertThat(scatter[0][1]).isCloseTo(0.010, within(0.003));
    }

    @Test
    void scatter_staysPositiveDefinite_whenPairsHaveNoTasksInCommon() {
        SplittableRandom random = new SplittableRandom(9);
        List<Likelihood> tasks = new ArrayList<>();
        double[] noise = new double[8];
        Arrays.fill(noise, 0.04);
        for (int g = 0; g < 60; g++) {
            Evidence[] evidence = new Evidence[8];
            for (int a = 0; a < 8; a++) {
                evidence[a] = random.nextInt(4) == 0 ? Evidence.of(50, random.nextInt(2)) : Evidence.NONE;
            }
            tasks.add(Likelihood.of(evidence, noise));
        }

        double[][] factor = Matrix.cholesky(fitted(8, tasks));

        for (int a = 0; a < 8; a++) {
            assertThat(factor[a][a]).isGreaterThan(0.01);
        }
    }

    private interface Task {
        Evidence[] seen(SplittableRandom random, double first, double second);
    }

    /** Tasks that scatter by 0.1 in common, and by 0.05 more in the second arm. */
    private static double[][] fitted(int count, Task task) {
        SplittableRandom random = new SplittableRandom(4);
        List<Likelihood> tasks = new ArrayList<>();
        for (int g = 0; g < count; g++) {
            double common = 0.1 * gauss(random);
            Evidence[] seen = task.seen(random, 0.6 + common, 0.5 + common + 0.05 * gauss(random));
            tasks.add(Likelihood.of(seen, new double[] {0.24, 0.24}));
        }
        return fitted(2, tasks);
    }

    private static double[][] fitted(int arms, List<Likelihood> tasks) {
        Hierarchy hierarchy = new Hierarchy(PRIOR, PolicySettings.WarmStart.DEFAULT);
        double[][] byDefault = TaskScatter.byDefault(PRIOR, arms);
        hierarchy.restart(roster(arms), byDefault);
        for (int step = 0; step < 30; step++) {
            tasks.forEach(task -> hierarchy.exchange(null, task));
            TaskScatter scatter = new TaskScatter(byDefault);
            tasks.forEach(task -> scatter.add(task, hierarchy.mean(), hierarchy.scatter()));
            hierarchy.restart(roster(arms), scatter.fitted());
        }
        return hierarchy.scatter();
    }

    private static double quality(Policy policy, Context context) {
        Question question = new Question(
                context,
                List.of(Option.of(Arm.DIRECT, 0), Option.of(Practice.WORKER, 0)),
                Stakes.QUALITY_ONLY,
                Practice.START);
        return policy.choose(question, 0).standings().quality(1);
    }

    private static Roster roster(int arms) {
        Roster roster = Roster.EMPTY;
        for (int a = 0; a < arms; a++) {
            roster = roster.plus(a == 0 ? Arm.DIRECT : new Arm("worker-" + a), Landmark.at(0));
        }
        return roster;
    }

    private static Evidence coins(SplittableRandom random, double quality, int count) {
        Evidence sum = Evidence.NONE;
        for (int i = 0; i < count; i++) {
            sum = sum.plus(Evidence.of(1, random.nextDouble() < quality ? 1 : 0));
        }
        return sum;
    }

    private static double gauss(SplittableRandom random) {
        return SpecialFunctions.normalQuantile(random.nextDouble());
    }

    /** Population mean and all tasks as one vector, conditioned on one observation after the other. */
    private static final class Joint {
        private final int arms;
        private final double[] mean;
        private final double[][] covariance;

        Joint(int arms, int tasks) {
            this.arms = arms;
            int size = arms * (tasks + 1);
            mean = new double[size];
            covariance = new double[size][size];
            double[][] scatter = TaskScatter.byDefault(PRIOR, arms);
            for (int i = 0; i < size; i++) {
                mean[i] = i % arms == 0 ? PRIOR.direct() : PRIOR.worker();
                for (int j = 0; j < size; j++) {
                    double common =
                            i % arms == j % arms ? PRIOR.populationDeviation() * PRIOR.populationDeviation() : 0;
                    boolean sameTask = i / arms == j / arms && i >= arms;
                    covariance[i][j] = common + (sameTask ? scatter[i % arms][j % arms] : 0);
                }
            }
        }

        /** Kalman's update with the mean of an arm's rewards in a task. */
        void observe(int task, Evidence[] evidence, double[] noise) {
            for (int a = 0; a < arms; a++) {
                if (evidence[a].weight() == 0) {
                    continue;
                }
                int at = arms * (task + 1) + a;
                double total = covariance[at][at] + noise[a] / evidence[a].weight();
                double surprise = evidence[a].reward() / evidence[a].weight() - mean[at];
                double[] gain = covariance[at].clone();
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += gain[i] * surprise / total;
                    for (int j = 0; j < mean.length; j++) {
                        covariance[i][j] -= gain[i] * gain[j] / total;
                    }
                }
            }
        }

        double mean(int task, int arm) {
            return mean[arms * (task + 1) + arm];
        }

        double covariance(int task, int first, int second) {
            return covarianceOf(task, first, task, second);
        }

        double covarianceOf(int task, int arm, int otherTask, int otherArm) {
            return covariance[arms * (task + 1) + arm][arms * (otherTask + 1) + otherArm];
        }
    }
}
