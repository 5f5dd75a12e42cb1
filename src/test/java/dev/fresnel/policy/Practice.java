package dev.fresnel.policy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A made-up world with known qualities, and a policy that lives in it: tasks come at random, the outcome of the chosen arm is a coin
 * with that arm's quality, one request per second. Scores are counted in expected utility, so luck with coins does not blur them.
 */
final class Practice {
    static final Arm WORKER = new Arm("worker");
    static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

    private final Policy policy;
    private final SplittableRandom random;
    private final Map<String, double[]> qualities = new LinkedHashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Arm> arms;
    private final List<Option> options;
    private final double[] prices;
    private String population = "model";
    private Stakes stakes = Stakes.worth(1);
    private Instant now = START;

    /** @param prices of direct and the workers, in quality: the value of a success is one dollar */
    Practice(Policy policy, long seed, double... prices) {
        this.policy = policy;
        this.random = new SplittableRandom(seed);
        this.prices = prices;
        this.arms = new ArrayList<>();
        this.options = new ArrayList<>();
        for (int a = 0; a < prices.length; a++) {
            arms.add(a == 0 ? Arm.DIRECT : a == 1 ? WORKER : new Arm("worker-" + a));
            options.add(Option.of(arms.get(a), prices[a]));
        }
    }

    Practice inPopulation(String name) {
        population = name;
        return this;
    }

    Practice withStakes(Stakes stakes) {
        this.stakes = stakes;
        return this;
    }

    /** A task and the quality of each arm in it. */
    @CanIgnoreReturnValue
    Practice task(String name, double... quality) {
        if (qualities.put(name, quality.clone()) == null) {
            names.add(name);
        }
        return this;
    }

    /** Every worker gets worse by {@code loss}, and nobody says so. */
    void workersLose(double loss) {
        for (double[] quality : qualities.values()) {
            for (int a = 1; a < quality.length; a++) {
                quality[a] = Math.max(0, quality[a] - loss);
            }
        }
    }

    Context context(String task) {
        return new Context(population, task, "tenant");
    }

    Instant now() {
        return now;
    }

    Question question(String task) {
        return new Question(context(task), options, stakes, now);
    }

    /** Lives through that many requests. */
    @CanIgnoreReturnValue
    Report live(int requests) {
        Report report = new Report();
        for (int i = 0; i < requests; i++) {
            step(report, i);
        }
        return report;
    }

    private void step(Report report, int i) {
        String task = names.get(random.nextInt(names.size()));
        double[] quality = Objects.requireNonNull(qualities.get(task));
        Choice choice = policy.choose(question(task), random.nextDouble());
        policy.begin(choice.key(), now);
        int arm = arms.indexOf(choice.arm());
        double reward = random.nextDouble() < quality[arm] ? 1 : 0;
        Lesson lesson = policy.learn(choice.key(), new Observation(choice.stamp(), 1, reward), now);
        policy.end(choice.key());
        now = now.plusSeconds(1);
        report.add(i, quality, arm, lesson.alarm());
    }

    /** What a stretch of life brought. */
    final class Report {
        private double gained;
        private double best;
        private final double[] fixed = new double[prices.length];
        private double lost;
        private double directQuality;
        private int direct;
        private int requests;
        private int alarmedAt = -1;

        private void add(int i, double[] quality, int arm, Optional<Alarm> alarm) {
            double most = Double.NEGATIVE_INFINITY;
            for (int a = 0; a < prices.length; a++) {
                double utility = quality[a] - prices[a];
                fixed[a] += utility;
                most = Math.max(most, utility);
            }
            gained += quality[arm] - prices[arm];
            best += most;
            lost += quality[0] - quality[arm];
            directQuality += quality[0];
            direct += arm == 0 ? 1 : 0;
            requests++;
            if (alarm.isPresent() && alarmedAt < 0) {
                alarmedAt = i;
            }
        }

        /** Share of what knowing the best arm of every task is worth over the best single arm. */
        double capture() {
            double single = Double.NEGATIVE_INFINITY;
            for (double sum : fixed) {
                single = Math.max(single, sum);
            }
            return (gained - single) / (best - single);
        }

        /** Expected utility lost per request against the best arm of every task. */
        double regret() {
            return (best - gained) / requests;
        }

        /** Share of direct's quality that delegation cost. */
        double loss() {
            return lost / directQuality;
        }

        double directShare() {
            return (double) direct / requests;
        }

        /** The request at which the first alarm was raised, -1 for none. */
        int alarmedAt() {
            return alarmedAt;
        }
    }
}
