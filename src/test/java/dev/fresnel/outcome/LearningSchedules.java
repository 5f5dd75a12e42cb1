package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.delegation.Learning;
import dev.fresnel.policy.Arm;
import dev.fresnel.policy.Context;
import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.ForwardDecay;
import dev.fresnel.policy.Landmark;
import dev.fresnel.policy.Option;
import dev.fresnel.policy.Policy;
import dev.fresnel.policy.PolicySettings;
import dev.fresnel.policy.Question;
import dev.fresnel.policy.Stakes;
import dev.fresnel.testing.Await;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random schedules over real learners: two replicas decide, answer, hear feedback on each other's decisions, flush and refresh, while
 * calls to the stores are lost on their way or on their way back. Whatever happens, in the end the store and both policies must hold
 * what one sequential learner would hold that heard everything once.
 */
public final class LearningSchedules {
    private static final TenantId TENANT = new TenantId("acme");
    private static final Arm WORKER = new Arm("worker");
    private static final List<Arm> ARMS = List.of(Arm.DIRECT, WORKER);
    private static final ForwardDecay DECAY = ForwardDecay.over(PolicySettings.DEFAULT.memory());

    /** Alarms and landmarks aside, which other tests look at. */
    private static final PolicySettings SETTINGS = PolicySettings.DEFAULT.with(
            new PolicySettings.Drift(0.25, Double.POSITIVE_INFINITY, 0.005, PolicySettings.Drift.Watch.STORE));

    private final ArmStateStore arms;
    private final DecisionStore decisions;

    public LearningSchedules(ArmStateStore arms, DecisionStore decisions) {
        this.arms = arms;
        this.decisions = decisions;
    }

    /** One decision with what was said of it. */
    private static final class Made {
        final RequestId request;
        final EvidenceKey key;
        final double stamp;
        final Map<RequestId, Double> labels = new HashMap<>();
        double signWeight;

        Made(RequestId request, EvidenceKey key, double stamp) {
            this.request = request;
            this.key = key;
            this.stamp = stamp;
        }

        /** Signs here are all bad ones. */
        Evidence evidence() {
            if (labels.isEmpty()) {
                return Evidence.of(Math.min(1, signWeight), 0);
            }
            return Evidence.of(
                    1,
                    labels.values().stream()
                            .mapToDouble(score -> score)
                            .average()
                            .orElse(0));
        }
    }

    private static final class Schedule {
        final Random random;
        final String population;
        final List<Made> made = new ArrayList<>();
        Instant now;
        int steps;
        double trouble;

        Schedule(long seed, Instant start) {
            this.random = new Random(seed);
            this.population = "acme/schedule-" + seed;
            this.now = start;
        }
    }

    /** Runs the schedule of {@code seed}, which begins at {@code start} on the stores' clock, and compares. */
    public void run(long seed, Instant start) {
        Schedule schedule = new Schedule(seed, start);
        List<Policy> policies = List.of(new Policy(SETTINGS), new Policy(SETTINGS));
        List<Learner> learners = List.of(
                learner("a-" + seed, policies.get(0), schedule), learner("b-" + seed, policies.get(1), schedule));
        learners.forEach(learner -> Await.result(learner.load()));
        int length = 20 + schedule.random.nextInt(40);
        for (schedule.steps = 0; schedule.steps < length; schedule.steps++) {
            int at = schedule.random.nextInt(2);
            schedule.trouble = schedule.random.nextInt(3) == 0 ? 0.5 : 0.1;
            switch (schedule.random.nextInt(6)) {
                case 0, 1 -> decide(learners.get(at), policies.get(at), schedule);
                case 2, 3 -> judge(learners.get(at), schedule);
                default -> {
                    schedule.now = schedule.now.plusMillis(schedule.random.nextInt(1_500));
                    learners.get(at).tick();
                }
            }
        }
        schedule.trouble = 0;
        for (int i = 0; i < 160; i++) {
            schedule.now = schedule.now.plusMillis(250);
            learners.forEach(Learner::tick);
        }
        learners.forEach(learner -> {
            assertThat(learner.counts().held()).as("seed %d", seed).isZero();
            assertThat(learner.counts().lost()).as("seed %d", seed).isZero();
            assertThat(learner.sharing().queued()).as("seed %d", seed).isZero();
        });
        compare(seed, schedule, policies);
    }

    private Learner learner(String name, Policy policy, Schedule schedule) {
        Map<Arm, String> models = Map.of(Arm.DIRECT, "m", WORKER, "m");
        return new Learner(new Learner.Setup(
                policy,
                new Unreliable(schedule),
                new UnreliableDecisions(schedule),
                new KnownArms(Map.of(schedule.population, models)),
                Runnable::run,
                () -> schedule.now,
                schedule.random,
                name,
                OutcomeSettings.DEFAULT,
                _ -> {},
                (_, _) -> {}));
    }

    private static void decide(Learner learner, Policy policy, Schedule schedule) {
        EvidenceKey key = new EvidenceKey(
                new Context(schedule.population, "task-" + schedule.random.nextInt(2), "leaf"),
                ARMS.get(schedule.random.nextInt(2)));
        RequestId request = new RequestId(schedule.population + "-" + schedule.steps);
        Learning learning = new Learning(
                key, policy.stamp(key, schedule.now), policy.lead(key), List.of(), List.of(), Optional.empty());
        Made made = new Made(request, key, learning.stamp());
        schedule.made.add(made);
        learner.began(learning);
        end(learner, schedule, made, request, Optional.of(learning));
        if (schedule.random.nextBoolean()) {
            end(learner, schedule, made, new RequestId(request + "-2"), Optional.empty());
        }
    }

    private static void end(
            Learner learner, Schedule schedule, Made made, RequestId turn, Optional<Learning> learning) {
        Outcome outcome = switch (schedule.random.nextInt(3)) {
            case 0 -> new Outcome.Ignored("client_gone");
            case 1 -> new Outcome.Rewarded(ImplicitSignal.TRUNCATED);
            default -> new Outcome.Rewarded(ImplicitSignal.CLEAN);
        };
        if (outcome instanceof Outcome.Rewarded(ImplicitSignal signal) && signal == ImplicitSignal.TRUNCATED) {
            made.signWeight += signal.weight();
        }
        learner.ended(new Turn(
                TENANT,
                turn,
                learning,
                made.request,
                Optional.empty(),
                Fingerprint.of(turn.value()),
                schedule.now,
                schedule.now,
                Turn.Spent.NOTHING,
                outcome));
    }

    private static void judge(Learner learner, Schedule schedule) {
        if (schedule.made.isEmpty()) {
            return;
        }
        Made made = schedule.made.get(schedule.random.nextInt(schedule.made.size()));
        double score = schedule.random.nextInt(5) / 4.0;
        Future<FeedbackResult> answer = learner.feedback(TENANT, new Feedback(made.request, score));
        assertThat(answer.succeeded()).as("a client is never left waiting").isTrue();
        switch (answer.result()) {
            case LEARNED, UNCHANGED -> made.labels.put(made.request, score);
            // The other replica has not told the store of the decision, or this one may have to try again: what comes
            // of a label
            // that waits depends on who is first. So the schedule waits with the next until it is settled.
            case QUEUED -> settle(learner, schedule, made, score);
            case NOT_LEARNING -> {}
            case UNAVAILABLE, OVER_LIMIT -> throw new AssertionError(answer.result());
        }
    }

    private static void settle(Learner learner, Schedule schedule, Made made, double score) {
        double trouble = schedule.trouble;
        schedule.trouble = 0;
        long before = learner.counts().lessons();
        for (int i = 0; i < 80 && learner.counts().held() > 0; i++) {
            schedule.now = schedule.now.plusMillis(250);
            learner.tick();
        }
        FeedbackResult result =
                learner.feedback(TENANT, new Feedback(made.request, score)).result();
        assertThat(result).isIn(FeedbackResult.UNCHANGED, FeedbackResult.NOT_LEARNING);
        assertThat(learner.counts().lessons()).isGreaterThanOrEqualTo(before);
        if (result == FeedbackResult.UNCHANGED) {
            made.labels.put(made.request, score);
        }
        schedule.trouble = trouble;
    }

    private void compare(long seed, Schedule schedule, List<Policy> policies) {
        Snapshot snapshot = Await.result(arms.changes(schedule.population, 0));
        Map<String, Evidence> stored = new HashMap<>();
        snapshot.cells().forEach(cell -> stored.put(cell.arm() + " " + cell.name(), cell.evidence()));
        Map<EvidenceKey, Evidence> expected = new HashMap<>();
        for (Made made : schedule.made) {
            Landmark landmark = snapshot.landmarks().get(made.key.arm().name());
            if (landmark != null) {
                expected.merge(made.key, DECAY.weigh(landmark, made.stamp, made.evidence()), Evidence::plus);
            }
        }
        expected.forEach((key, sums) -> {
            Evidence total = stored.getOrDefault(key.arm().name() + " " + CellName.of(key.context()), Evidence.NONE);
            assertThat(total.weight()).as("seed %d, %s", seed, key).isCloseTo(sums.weight(), within(1e-9));
            assertThat(total.reward()).as("seed %d, %s", seed, key).isCloseTo(sums.reward(), within(1e-9));
            assertThat(total.squares()).as("seed %d, %s", seed, key).isCloseTo(sums.squares(), within(1e-9));
            policies.forEach(policy -> assertThat(pulls(policy, key, schedule.now))
                    .as("seed %d, what a policy knows of %s", seed, key)
                    .isCloseTo(sums.weight(), within(1e-3)));
        });
    }

    private static double pulls(Policy policy, EvidenceKey key, Instant now) {
        Question question = new Question(key.context(), List.of(Option.of(key.arm(), 0)), Stakes.QUALITY_ONLY, now);
        return policy.choose(question, 0.5).standings().pulls(0);
    }

    /** Loses a call before it arrives, or its answer after it was done. */
    private static <T> Future<T> unreliably(Schedule schedule, Supplier<Future<T>> call) {
        double luck = schedule.random.nextDouble();
        if (luck < schedule.trouble / 2) {
            return Future.failedFuture("lost on its way");
        }
        Future<T> done = call.get();
        assertThat(Await.result(done.map(true))).isTrue();
        // Of no context, so that who hears of it does so at once.
        return luck < schedule.trouble
                ? Future.failedFuture("the answer was lost")
                : Future.succeededFuture(done.result());
    }

    private final class Unreliable implements ArmStateStore {
        private final Schedule schedule;

        Unreliable(Schedule schedule) {
            this.schedule = schedule;
        }

        @Override
        public Future<Flushed> flush(Flush flush) {
            return unreliably(
                    schedule,
                    () -> arms.flush(flush)
                            .map(flushed -> new Flushed(
                                    flushed.effect(),
                                    onOurClock(flushed.after()),
                                    flushed.refused(),
                                    flushed.alarms())));
        }

        @Override
        public Future<Snapshot> changes(String population, long since) {
            return unreliably(schedule, () -> arms.changes(population, since).map(this::onOurClock));
        }

        @Override
        public Future<Landmark> identify(String population, String arm, String model, Landmark seen, double seconds) {
            return unreliably(schedule, () -> arms.identify(population, arm, model, seen, seconds));
        }

        @Override
        public Future<Void> reset(String population, Optional<String> arm) {
            return unreliably(schedule, () -> arms.reset(population, arm));
        }

        /** The schedule's clock runs faster than a store's. */
        private Snapshot onOurClock(Snapshot snapshot) {
            return new Snapshot(
                    schedule.now.toEpochMilli() / 1e3,
                    snapshot.version(),
                    snapshot.extent(),
                    snapshot.landmarks(),
                    snapshot.cells(),
                    snapshot.former());
        }
    }

    private final class UnreliableDecisions implements DecisionStore {
        private final Schedule schedule;

        UnreliableDecisions(Schedule schedule) {
            this.schedule = schedule;
        }

        @Override
        public Future<Void> put(AwaitedDecision decision, Duration keepFor) {
            return unreliably(schedule, () -> decisions.put(decision, keepFor));
        }

        @Override
        public Future<Void> join(TenantId tenant, RequestId turn, RequestId decision, Duration keepFor) {
            return unreliably(schedule, () -> decisions.join(tenant, turn, decision, keepFor));
        }

        @Override
        public Future<Revision> revise(Signal signal) {
            return unreliably(schedule, () -> decisions.revise(signal));
        }
    }
}
