package dev.fresnel.policy;

import java.time.Duration;
import java.util.Map;

/**
 * Everything an operator may change about the learned policy. Checked when it is made: a policy never meets a setting it cannot work
 * with. The defaults are start values that were tuned on public routing data; docs/policy.md says which.
 *
 * @param rule which update rule ranks the arms
 * @param tuning the rules' own numbers
 * @param prior what is believed before anything was seen
 * @param memory time constant {@code tau} of {@link ForwardDecay}
 * @param exploration the floor under every explorable arm
 * @param drift when an arm is taken to have changed
 * @param guard how much quality delegation may cost
 * @param warmStart how much recorded rows from elsewhere may say
 * @param bounds what may be remembered at most
 */
public record PolicySettings(
        RuleName rule,
        Tuning tuning,
        Prior prior,
        Duration memory,
        Exploration exploration,
        Drift drift,
        Guard guard,
        WarmStart warmStart,
        Bounds bounds) {
    public static final PolicySettings DEFAULT = new PolicySettings(
            RuleName.UCB,
            Tuning.DEFAULT,
            Prior.DEFAULT,
            Duration.ofDays(14),
            Exploration.DEFAULT,
            Drift.DEFAULT,
            Guard.DEFAULT,
            WarmStart.DEFAULT,
            Bounds.DEFAULT);

    public PolicySettings {
        if (memory.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("the policy remembers for a second or longer: " + memory);
        }
    }

    public PolicySettings with(RuleName rule) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(Tuning tuning) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(Prior prior) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(Duration memory) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(Exploration exploration) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(Drift drift) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(Guard guard) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(WarmStart warmStart) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    public PolicySettings with(Bounds bounds) {
        return new PolicySettings(rule, tuning, prior, memory, exploration, drift, guard, warmStart, bounds);
    }

    /**
     * Numbers of the update rules.
     *
     * @param ucbWidth {@code c} of {@link HierarchicalUcb}, 0 or more; much narrower stays with a wrong arm now
     *     and then, much wider pays more for exploring than it finds
     * @param ucb1Width {@code c} of {@link Ucb1}, 0 or more; the paper's value is 1.41
     * @param thompsonSpread {@code s} of {@link HierarchicalThompson}, above 0, at most 1 as a habit
     * @param epsilonPulls {@code c} of {@link EpsilonGreedy}, 0 or more
     */
    public record Tuning(double ucbWidth, double ucb1Width, double thompsonSpread, double epsilonPulls) {
        public static final Tuning DEFAULT = new Tuning(0.5, 0.5, 0.7, 10);

        public Tuning {
            Setting.require(ucbWidth >= 0 && ucbWidth <= 100, "the width of ucb is 0 to 100", ucbWidth);
            Setting.require(ucb1Width >= 0 && ucb1Width <= 100, "the width of ucb1 is 0 to 100", ucb1Width);
            Setting.require(
                    thompsonSpread >= 0.01 && thompsonSpread <= 100,
                    "the spread of thompson is 0.01 to 100",
                    thompsonSpread);
            Setting.require(
                    epsilonPulls >= 0 && epsilonPulls <= 1e6, "the pulls of epsilon-greedy are 0 to 1e6", epsilonPulls);
        }
    }

    /**
     * Belief about an arm that was never seen: {@code q = population + task + leaf}, all three normal.
     *
     * @param direct mean quality of {@link Arm#DIRECT}, 0.0 to 1.0
     * @param worker mean quality of every other arm
     * @param named mean quality of single arms, before the two above
     * @param populationDeviation how far a population's mean may be from those means
     * @param taskDeviation how far tasks of a population scatter around its mean, at first: re-estimated from the data
     * @param taskCorrelation how much arms scatter together: a task that is hard for one is hard for the others; 0.0 to 0.95
     * @param leafDeviation how far leaves scatter around their task
     */
    public record Prior(
            double direct,
            double worker,
            Map<Arm, Double> named,
            double populationDeviation,
            double taskDeviation,
            double taskCorrelation,
            double leafDeviation) {
        public static final Prior DEFAULT = new Prior(0.80, 0.65, Map.of(), 0.15, 0.16, 0.5, 0.04);

        public Prior {
            named = Map.copyOf(named);
            Setting.requireShare(direct, "the prior quality of direct");
            Setting.requireShare(worker, "the prior quality of a worker");
            named.forEach((arm, mean) -> Setting.requireShare(mean, "the prior quality of " + arm));
            Setting.requireDeviation(populationDeviation, "the standard deviation of populations");
            Setting.requireDeviation(taskDeviation, "the standard deviation of tasks");
            Setting.require(
                    taskCorrelation >= 0 && taskCorrelation <= 0.95,
                    "the correlation of tasks is 0.0 to 0.95",
                    taskCorrelation);
            Setting.requireDeviation(leafDeviation, "the standard deviation of leaves");
        }

        public double mean(Arm arm) {
            Double mean = named.get(arm);
            if (mean != null) {
                return mean;
            }
            return arm.isDirect() ? direct : worker;
        }
    }

    /**
     * The least probability of each explorable arm, so that the log can judge policies that were not in force and no arm is lost
     * sight of.
     *
     * @param floor {@code p_min} as a rule, 0.0 to 0.125
     * @param settledFloor {@code p_min} where the winner is beyond doubt; a log without any floor cannot be evaluated
     * @param alarmFloor {@code p_min} after a drift alarm
     * @param alarmOutcomes for how many outcomes of the population the alarm's floor holds
     */
    public record Exploration(double floor, double settledFloor, double alarmFloor, int alarmOutcomes) {
        public static final Exploration DEFAULT = new Exploration(0.02, 0.002, 0.05, 500);
        public static final Exploration NONE = new Exploration(0, 0, 0, 0);

        public Exploration {
            requireFloor(floor, "the exploration floor");
            requireFloor(settledFloor, "the exploration floor of settled leaves");
            requireFloor(alarmFloor, "the exploration floor after an alarm");
            Setting.require(alarmOutcomes >= 0, "the outcomes of an alarm are 0 or more", alarmOutcomes);
        }

        private static void requireFloor(double floor, String what) {
            double most = 1.0 / Policy.MAX_ARMS;
            Setting.require(floor >= 0 && floor <= most, what + " is 0.0 to " + most + ", so that all arms fit", floor);
        }
    }

    /**
     * The alarm of {@link Cusum}.
     *
     * @param slack {@code k}: shift per outcome that is ignored, in standard deviations
     * @param threshold {@code h}: sum at which the alarm is raised; infinite for never
     * @param keep what the arm's old evidence weighs after the alarm, above 0.0, at most 1.0; a twentieth of thousands of outcomes would
     *     still outvote the first new ones, and take a second alarm to go
     * @param watch who decides about alarms
     */
    public record Drift(double slack, double threshold, double keep, Watch watch) {
        public static final Drift DEFAULT = new Drift(0.25, 25, 0.005, Watch.THIS_POLICY);

        /** Who sums the residuals and jumps. */
        public enum Watch {
            THIS_POLICY,
            /** A shared store does: this policy reports residuals and follows the store's landmarks. */
            STORE
        }

        public Drift {
            Setting.require(slack >= 0 && slack <= 3, "the slack of the drift alarm is 0.0 to 3.0", slack);
            Setting.require(threshold > 0, "the threshold of the drift alarm is above 0", threshold);
            Setting.require(keep > 0 && keep <= 1, "what an alarm keeps is above 0.0, at most 1.0", keep);
        }

        public Drift withWatch(Watch watch) {
            return new Drift(slack, threshold, keep, watch);
        }
    }

    /**
     * The bound of {@link QualityLedger}.
     *
     * @param alpha share of direct's quality that delegation may cost, 0.0 to 1.0; 1.0 switches the guard off
     * @param z confidence of the bound in standard deviations, 0 or more
     * @param credit requests' worth of allowance to begin with, 0 or more
     */
    public record Guard(double alpha, double z, double credit) {
        public static final Guard DEFAULT = new Guard(0.05, 3.5, 50);
        public static final Guard OFF = new Guard(1, 0, 0);

        public Guard {
            Setting.requireShare(alpha, "the share of quality that the guard allows to lose");
            Setting.require(z >= 0 && z <= 10, "the guard's confidence is 0 to 10 standard deviations", z);
            Setting.require(credit >= 0 && credit <= 1e9, "the guard's credit is 0 to 1e9 requests", credit);
        }

        boolean isOff() {
            return alpha >= 1;
        }
    }

    /**
     * What rows recorded elsewhere say. See {@link Hierarchy}.
     *
     * @param mass most pseudo-observations per task and arm
     * @param bias how much better or worse an arm may be there than here, in all tasks alike: a standard deviation
     * @param discrepancy by how much more, in single tasks
     */
    public record WarmStart(double mass, double bias, double discrepancy) {
        public static final WarmStart DEFAULT = new WarmStart(10, 0.15, 0.08);

        public WarmStart {
            Setting.require(mass >= 0 && mass <= 1e4, "the mass of seed rows is 0 to 10000", mass);
            Setting.requireDeviation(bias, "the bias of seed rows");
            Setting.requireDeviation(discrepancy, "the discrepancy of seed rows");
        }
    }

    /**
     * What may be remembered at most; the least recently used goes first, and its evidence stays in its parent.
     *
     * @param populations populations in all
     * @param tasks tasks per population
     * @param leaves leaves per population
     */
    public record Bounds(int populations, int tasks, int leaves) {
        public static final Bounds DEFAULT = new Bounds(256, 256, 4096);

        public Bounds {
            Setting.require(populations >= 1, "at least one population is remembered", populations);
            Setting.require(tasks >= 2, "at least two tasks are remembered", tasks);
            Setting.require(leaves >= 2, "at least two leaves are remembered", leaves);
        }
    }
}
