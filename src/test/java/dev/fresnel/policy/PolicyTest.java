package dev.fresnel.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The four steps of a decision, for every rule alike. */
class PolicyTest {
    /** Keeps results alive, so that the compiler cannot leave them out. */
    static volatile @Nullable Object sink;

    private static final Arm WORKER = new Arm("worker");
    private static final Arm OTHER = new Arm("other");
    private static final Context HERE = new Context("model", "task", "leaf");
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Question QUESTION = new Question(
            HERE,
            List.of(Option.of(Arm.DIRECT, 0.1), Option.of(WORKER, 0), Option.of(OTHER, 0.05)),
            Stakes.worth(1),
            NOW);
    private static final Question TWO =
            new Question(HERE, List.of(Option.of(Arm.DIRECT, 0), Option.of(WORKER, 0)), Stakes.worth(1), NOW);
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

    @ParameterizedTest
    @EnumSource(RuleName.class)
    void drawnArms_followTheLoggedPropensities(RuleName rule) {
        Policy policy = new Policy(OPEN.with(rule));
        learn(policy, Arm.DIRECT, 20, 0.8);
        learn(policy, WORKER, 10, 0.7);
        learn(policy, OTHER, 5, 0.6);
        SplittableRandom random = new SplittableRandom(3);
        int draws = 20_000;
        Map<Arm, Integer> drawn = new HashMap<>();

        for (int i = 0; i < draws; i++) {
            drawn.merge(policy.choose(QUESTION, random.nextDouble()).arm(), 1, Integer::sum);
        }

        policy.choose(QUESTION, 0).propensities().forEach((arm, propensity) -> {
            double deviation = Math.sqrt(draws * propensity * (1 - propensity));
            assertThat((double) drawn.getOrDefault(arm, 0))
                    .as("draws of " + arm)
                    .isCloseTo(draws * propensity, within(4 * deviation + 1e-9));
        });
    }

    @ParameterizedTest
    @EnumSource(value = RuleName.class, names = "OFF", mode = EnumSource.Mode.EXCLUDE)
    void everyExplorableArm_hasTheFloor(RuleName rule) {
        Policy policy = new Policy(OPEN.with(rule));
        learn(policy, Arm.DIRECT, 100, 0.9);
        learn(policy, WORKER, 100, 0.1);
        learn(policy, OTHER, 100, 0.1);
        List<Option> options = List.of(
                Option.of(Arm.DIRECT, 0),
                Option.of(WORKER, 0),
                Option.of(OTHER, 0).withoutExploring());

        Standings standings = policy.choose(new Question(HERE, options, Stakes.QUALITY_ONLY, NOW), 0)
                .standings();

        assertThat(standings.probability(0)).isGreaterThanOrEqualTo(0.02);
        assertThat(standings.probability(1)).isGreaterThanOrEqualTo(0.02);
        assertThat(standings.probability(2))
                .as("not explorable, else like the one before")
                .isCloseTo(standings.probability(1) - 0.02, within(1e-9));
    }

    @Test
    void settledLeaf_exploresLess_andNeverStops() {
        Policy policy = new Policy(OPEN);
        learn(policy, Arm.DIRECT, 1000, 0.95);
        learn(policy, WORKER, 1000, 0.3);

        Standings standings = policy.choose(TWO, 0).standings();

        assertThat(standings.probability(1)).isEqualTo(0.002);
    }

    @Test
    void equalArms_shareEvenly() {
        PolicySettings equal = OPEN.with(new PolicySettings.Prior(0.7, 0.7, Map.of(), 0.15, 0.16, 0.5, 0.04));
        for (RuleName rule : List.of(RuleName.UCB, RuleName.UCB1, RuleName.KL_UCB, RuleName.THOMPSON)) {
            Standings standings = new Policy(equal.with(rule)).choose(TWO, 0).standings();

            assertThat(standings.probability(0)).as(rule.key()).isCloseTo(0.5, within(1e-9));
        }
    }

    @Test
    void sameStateAndChance_giveTheSameDecision() {
        List<String> first = life(7);
        List<String> again = life(7);
        List<String> other = life(8);

        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    /** Without pending counts, all of a burst follows one index until the first outcome comes back. */
    @ParameterizedTest
    @EnumSource(
            value = RuleName.class,
            names = {"UCB", "UCB1", "UCB_TUNED", "KL_UCB"})
    void burst_doesNotFollowOneIndex(RuleName rule) {
        int blind = longestRun(rule, false);
        int counting = longestRun(rule, true);

        assertThat(blind).as("without counting what is in flight").isEqualTo(512);
        assertThat(counting).isLessThan(256);
    }

    private static int longestRun(RuleName rule, boolean counting) {
        Policy policy = new Policy(OPEN.with(rule).with(PolicySettings.Exploration.NONE));
        learn(policy, Arm.DIRECT, 30, 0.70);
        learn(policy, WORKER, 28, 0.70);
        Arm last = Arm.DIRECT;
        int run = 0;
        int longest = 0;
        for (int i = 0; i < 512; i++) {
            Choice choice = policy.choose(TWO, 0.5);
            if (counting) {
                policy.begin(choice.key(), NOW);
            }
            run = choice.arm().equals(last) ? run + 1 : 1;
            last = choice.arm();
            longest = Math.max(longest, run);
        }
        return longest;
    }

    @Test
    void endedDecisions_areNotPending_andExtraEndsDoNoHarm() {
        Policy policy = new Policy(OPEN);
        EvidenceKey key = new EvidenceKey(HERE, WORKER);

        policy.begin(key, NOW);
        policy.begin(key, NOW);
        double two = policy.choose(TWO, 0).standings().pending(1);
        policy.end(key);
        policy.end(key);
        policy.end(key);

        assertThat(two).isEqualTo(2);
        assertThat(policy.choose(TWO, 0).standings().pending(1)).isZero();
    }

    @Test
    void lateArm_startsFromItsPriorAndIsLearned() {
        Policy policy = new Policy(OPEN.with(RuleName.THOMPSON));
        learn(policy, Arm.DIRECT, 50, 0.8);
        Question three = QUESTION;

        double before = policy.choose(three, 0).standings().quality(2);
        learn(policy, OTHER, 50, 0.2);
        double after = policy.choose(three, 0).standings().quality(2);

        assertThat(before).isEqualTo(0.65);
        assertThat(after).isCloseTo(0.25, within(0.06));
    }

    @Test
    void ninthArm_takesThePlaceOfTheLeastKnownWorker() {
        Policy policy = new Policy(OPEN);
        learn(policy, Arm.DIRECT, 1, 0.8);
        for (int i = 1; i < Policy.MAX_ARMS; i++) {
            learn(policy, new Arm("arm-" + i), 10 * i, 0.5);
        }

        learn(policy, new Arm("ninth"), 5, 1);

        assertThat(pulls(policy, Arm.DIRECT)).isEqualTo(1);
        assertThat(pulls(policy, new Arm("arm-1"))).isZero();
        assertThat(pulls(policy, new Arm("arm-2"))).isEqualTo(20);
        assertThat(pulls(policy, new Arm("ninth"))).isEqualTo(5);
    }

    @Test
    void droppedLeavesAndTasks_leaveTheirEvidenceToTheirParents() {
        Policy policy = new Policy(OPEN.with(new PolicySettings.Bounds(2, 4, 8)));
        for (int i = 0; i < 100; i++) {
            Context context = new Context("model", "task-" + i % 10, "leaf-" + i);
            policy.learn(new EvidenceKey(context, WORKER), Evidence.of(5, 0.2), NOW.plusSeconds(i));
        }

        Question elsewhere = new Question(
                new Context("model", "new", "new"), TWO.options(), Stakes.QUALITY_ONLY, NOW.plusSeconds(100));

        assertThat(policy.choose(elsewhere, 0).standings().quality(1))
                .as("500 outcomes of mean 0.2 are remembered by the population")
                .isLessThan(0.35);
    }

    @Test
    void sharedTotals_replaceWhatWasKnown() {
        Policy policy = new Policy(OPEN);
        EvidenceKey key = new EvidenceKey(HERE, WORKER);
        learn(policy, WORKER, 3, 1);
        Landmark storeLandmark = Landmark.at(Question.seconds(NOW) - 86_400);
        Evidence total =
                ForwardDecay.over(OPEN.memory()).weigh(storeLandmark, Question.seconds(NOW), Evidence.of(40, 0.5));

        follow(policy, storeLandmark, Map.of(key, total), Shared.Extent.CHANGES);

        assertThat(pulls(policy, WORKER)).isCloseTo(40, within(1e-9));
    }

    /** A replica hears of a correction before it hears of what is corrected: nothing is lost on the way. */
    @Test
    void sharedTotals_areExact_whateverCameBeforeThem() {
        Policy policy = new Policy(OPEN.with(new PolicySettings.Bounds(2, 4, 3)));
        EvidenceKey key = new EvidenceKey(HERE, WORKER);
        EvidenceKey sibling = new EvidenceKey(new Context("model", HERE.task(), "sibling"), WORKER);
        Landmark landmark = Landmark.at(Question.seconds(NOW));
        follow(policy, landmark, Map.of(sibling, Evidence.of(5, 1)), Shared.Extent.CHANGES);

        policy.learn(key, Evidence.of(1, 0).minus(Evidence.of(0.15, 1)), NOW);
        for (int i = 0; i < 5; i++) {
            policy.learn(new EvidenceKey(new Context("model", HERE.task(), "crowd-" + i), WORKER), Evidence.NONE, NOW);
        }
        follow(policy, landmark, Map.of(key, Evidence.of(1, 0)), Shared.Extent.CHANGES);

        Policy fresh = new Policy(OPEN);
        follow(fresh, landmark, Map.of(key, Evidence.of(1, 0), sibling, Evidence.of(5, 1)), Shared.Extent.WHOLE);
        // How tasks scatter is estimated now and then; here at the same moment.
        policy.refresh(NOW);
        fresh.refresh(NOW);
        Question stranger =
                new Question(new Context("model", HERE.task(), "stranger"), TWO.options(), Stakes.QUALITY_ONLY, NOW);
        assertThat(policy.choose(stranger, 0).standings().quality(1))
                .as("what the task knows, though its leaves were dropped")
                .isCloseTo(fresh.choose(stranger, 0).standings().quality(1), within(1e-9));
    }

    @Test
    void whatAStoreHasLost_isKept_andWhatWasReset_isNot() {
        Policy policy = new Policy(OPEN);
        EvidenceKey key = new EvidenceKey(HERE, WORKER);
        Landmark landmark = Landmark.at(Question.seconds(NOW));
        follow(policy, landmark, Map.of(key, Evidence.of(5, 1)), Shared.Extent.WHOLE);

        follow(policy, landmark, Map.of(), Shared.Extent.WHOLE);
        assertThat(pulls(policy, WORKER)).isCloseTo(5, within(1e-9));

        follow(policy, new Landmark(1, Question.seconds(NOW), 0), Map.of(), Shared.Extent.WHOLE);
        assertThat(pulls(policy, WORKER)).isZero();
    }

    @Test
    void revisedOutcome_countsOnce() {
        Policy policy = new Policy(OPEN);
        EvidenceKey key = new EvidenceKey(HERE, WORKER);
        double stamp = policy.stamp(key, NOW);
        Observation weak = new Observation(stamp, 0.15, 1);
        Observation label = new Observation(stamp, 1, 0);
        policy.learn(key, weak, NOW);

        policy.revise(key, weak, label, NOW.plusSeconds(60));

        Standings standings = policy.choose(TWO, 0).standings();
        assertThat(standings.pulls(1)).isCloseTo(1, within(1e-4));
        assertThat(standings.mean(1)).isCloseTo(0, within(1e-9));
    }

    /** Readers, counters and one learner at once: nothing throws, every decision is whole, every count comes back. */
    @Test
    void manyThreadsDecide_whileOneLearns() throws Exception {
        Policy policy = new Policy(OPEN.with(new PolicySettings.Bounds(4, 8, 16)));
        AtomicBoolean learning = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> readers = new ArrayList<>();
            for (int reader = 0; reader < 2; reader++) {
                SplittableRandom random = new SplittableRandom(reader);
                readers.add(threads.submit(() -> {
                    while (learning.get()) {
                        Question question = new Question(anywhere(random), QUESTION.options(), Stakes.worth(0.1), NOW);
                        Choice choice = policy.choose(question, random.nextDouble());
                        policy.begin(choice.key(), NOW);
                        double sum = choice.propensities().values().stream()
                                .mapToDouble(p -> p)
                                .sum();
                        assertThat(sum).isCloseTo(1, within(1e-9));
                        policy.end(choice.key());
                    }
                }));
            }
            SplittableRandom random = new SplittableRandom(99);
            for (int i = 0; i < 2000; i++) {
                Arm arm = QUESTION.options().get(random.nextInt(3)).arm();
                policy.learn(new EvidenceKey(anywhere(random), arm), Evidence.of(1, random.nextInt(2)), NOW);
            }
            learning.set(false);
            for (Future<?> reader : readers) {
                reader.get();
            }
        }

        assertThat(policy.choose(QUESTION, 0).standings().pending(0)).isZero();
        assertThat(policy.counts()).isEqualTo(new PolicyCounts(0, 0, 0));
    }

    /** What {@link Policy#choose} leaves behind is its result: two objects, two small arrays. */
    @Test
    void deciding_allocatesItsResultOnly() {
        Policy policy = new Policy(OPEN);
        learn(policy, Arm.DIRECT, 50, 0.8);
        learn(policy, WORKER, 50, 0.7);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 20_000; i++) {
            sink = policy.choose(TWO, 0.3);
        }

        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
            sink = policy.choose(TWO, 0.3);
        }
        long perDecision = (threads.getCurrentThreadAllocatedBytes() - before) / 1000;

        assertThat(perDecision).as("bytes per decision of two arms").isBetween(100L, 320L);
    }

    private static Context anywhere(SplittableRandom random) {
        return new Context("model-" + random.nextInt(6), "task-" + random.nextInt(12), "leaf-" + random.nextInt(4));
    }

    private static List<String> life(long seed) {
        Policy policy = new Policy(OPEN.with(RuleName.THOMPSON));
        SplittableRandom random = new SplittableRandom(seed);
        List<String> log = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Choice choice = policy.choose(QUESTION, random.nextDouble());
            log.add(choice.arm() + " " + choice.propensity());
            policy.learn(choice.key(), new Observation(choice.stamp(), 1, random.nextInt(2)), NOW);
        }
        return log;
    }

    private static void follow(
            Policy policy, Landmark landmark, Map<EvidenceKey, Evidence> totals, Shared.Extent extent) {
        policy.follow(new Shared("model", Map.of(WORKER, landmark), totals, Map.of(), extent), NOW);
    }

    private static double pulls(Policy policy, Arm arm) {
        Question question = new Question(HERE, List.of(Option.of(arm, 0)), Stakes.QUALITY_ONLY, NOW);
        return policy.choose(question, 0).standings().pulls(0);
    }

    private static void learn(Policy policy, Arm arm, double pulls, double mean) {
        // Leaves are born at NOW, so that weights are exact.
        Landmark landmark = policy.landmark("model", arm, NOW);
        assertThat(landmark.origin()).isEqualTo(Question.seconds(NOW));
        policy.learn(new EvidenceKey(HERE, arm), Evidence.of(pulls, mean), NOW);
    }
}
