package dev.fresnel.replay.proof;

import dev.fresnel.delegation.Learning;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.CellName;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.Feedback;
import dev.fresnel.outcome.FeedbackResult;
import dev.fresnel.outcome.ImplicitSignal;
import dev.fresnel.outcome.KnownArms;
import dev.fresnel.outcome.Learner;
import dev.fresnel.outcome.Outcome;
import dev.fresnel.outcome.OutcomeSettings;
import dev.fresnel.outcome.Snapshot;
import dev.fresnel.outcome.Turn;
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
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One random schedule over real learners: two replicas decide, answer, hear feedback on each other's decisions, late and revised, flush
 * and refresh, over a {@link Wire}. Whatever happens on it, in the end the store and both policies must hold what one sequential
 * learner would hold that heard everything once. Not thread-safe; run once.
 */
public final class LearningSchedule {
    private static final Arm WORKER = new Arm("worker");
    private static final List<Arm> ARMS = List.of(Arm.DIRECT, WORKER);
    private static final ForwardDecay DECAY = ForwardDecay.over(PolicySettings.DEFAULT.memory());

    /** Alarms aside: what they do to an arm is not a question of how often an outcome counts. */
    private static final PolicySettings SETTINGS = PolicySettings.DEFAULT.with(
            new PolicySettings.Drift(0.25, Double.POSITIVE_INFINITY, 0.005, PolicySettings.Drift.Watch.STORE));

    private static final int STEP_MILLIS = 250;

    /** Longer than any replica waits until it tries again, and asks for everything. */
    private static final int LAST_STEPS = 160;

    private final SplittableRandom chance;
    private final Wire.Weather weather;
    private final ArmStateStore arms;
    private final String population;
    private final TenantId tenant;
    private final List<Replica> replicas;
    private final List<Made> made = new ArrayList<>();
    private Instant now;
    private int labels;
    private int outages;

    private record Replica(Policy policy, Learner learner) {}

    /**
     * What came of a schedule.
     *
     * @param difference largest between a stored sum and the reference's, over what went into it (at least 1)
     * @param known largest between what a policy takes a cell to weigh and the reference, in outcomes
     * @param settled whether nothing is left to be told, and nothing was given up
     */
    public record Result(double difference, double known, boolean settled, Story story) {
        /** To one part in a billion; what policies know is older by what decays in half a minute. */
        public boolean isExact() {
            return settled && difference <= 1e-9 && known <= 1e-3;
        }
    }

    /**
     * What has happened.
     *
     * @param labels that were learned, now or later
     * @param lost calls that did not arrive
     * @param unanswered calls whose answer did not
     * @param repeated old flushes that arrived once more
     * @param outages of the store
     */
    public record Story(int decisions, int labels, int lost, int unanswered, int repeated, int outages) {}

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

    private LearningSchedule(
            long seed,
            String corner,
            Wire.Delivery delivery,
            Instant start,
            ArmStateStore arms,
            DecisionStore decisions) {
        this.chance = new SplittableRandom(seed);
        this.now = start;
        this.weather = new Wire.Weather(chance, () -> now);
        this.arms = arms;
        this.population = corner + "schedule-" + seed;
        this.tenant = new TenantId(corner + "acme");
        this.replicas = List.of(
                replica("a-" + seed, new Wire(weather, delivery), decisions),
                replica("b-" + seed, new Wire(weather, delivery), decisions));
    }

    /**
     * Runs the schedule of {@code seed} as the gateway does.
     *
     * @param corner what its tenant and population begin with
     * @param start on the stores' clock
     */
    public static Result run(long seed, String corner, Instant start, ArmStateStore arms, DecisionStore decisions) {
        return run(seed, corner, Wire.Delivery.EXACTLY_ONCE, start, arms, decisions);
    }

    static Result run(
            long seed,
            String corner,
            Wire.Delivery delivery,
            Instant start,
            ArmStateStore arms,
            DecisionStore decisions) {
        return new LearningSchedule(seed, corner, delivery, start, arms, decisions).run();
    }

    private Replica replica(String name, Wire wire, DecisionStore decisions) {
        Policy policy = new Policy(SETTINGS);
        Learner learner = new Learner(new Learner.Setup(
                policy,
                wire.to(arms),
                wire.to(decisions),
                new KnownArms(Map.of(population, Map.of(Arm.DIRECT, "m", WORKER, "m"))),
                Runnable::run,
                () -> now,
                chance,
                name,
                OutcomeSettings.DEFAULT,
                _ -> {},
                (_, _) -> {},
                (_, _, _, _, _) -> {}));
        return new Replica(policy, learner);
    }

    private Result run() {
        replicas.forEach(replica -> {
            var _ = replica.learner().load();
        });
        int length = 20 + chance.nextInt(40);
        for (int step = 0; step < length; step++) {
            Replica replica = replicas.get(chance.nextInt(2));
            weather.trouble(chance.nextInt(3) == 0 ? 0.5 : 0.1);
            switch (chance.nextInt(12)) {
                case 0, 1, 2, 3 -> decide(replica, step);
                case 4, 5, 6, 7 -> judge(replica.learner());
                case 8 -> turn();
                default -> pass(replica, chance.nextInt(1_500));
            }
        }
        weather.trouble(0);
        weather.down(false);
        for (int i = 0; i < LAST_STEPS; i++) {
            replicas.forEach(replica -> pass(replica, STEP_MILLIS / replicas.size()));
        }
        weather.complain();
        return result();
    }

    /** The store goes away for both, or comes back with all that it had acknowledged. */
    private void turn() {
        weather.down(!weather.isDown());
        outages += weather.isDown() ? 1 : 0;
    }

    private void pass(Replica replica, int millis) {
        now = now.plusMillis(millis);
        replica.learner().tick();
    }

    private void decide(Replica replica, int step) {
        EvidenceKey key = new EvidenceKey(
                new Context(population, "task-" + chance.nextInt(2), "leaf"), ARMS.get(chance.nextInt(2)));
        RequestId request = new RequestId(population + "-" + step);
        Learning learning = new Learning(
                key,
                replica.policy().stamp(key, now),
                replica.policy().lead(key),
                List.of(),
                List.of(),
                Optional.empty());
        Made decision = new Made(request, key, learning.stamp());
        made.add(decision);
        replica.learner().began(learning);
        end(replica.learner(), decision, request, Optional.of(learning));
        if (chance.nextBoolean()) {
            end(replica.learner(), decision, new RequestId(request + "-2"), Optional.empty());
        }
    }

    private void end(Learner learner, Made decision, RequestId turn, Optional<Learning> learning) {
        Outcome outcome = switch (chance.nextInt(3)) {
            case 0 -> new Outcome.Ignored("client_gone");
            case 1 -> new Outcome.Rewarded(ImplicitSignal.TRUNCATED);
            default -> new Outcome.Rewarded(ImplicitSignal.CLEAN);
        };
        if (outcome instanceof Outcome.Rewarded(ImplicitSignal signal) && signal == ImplicitSignal.TRUNCATED) {
            decision.signWeight += signal.weight();
        }
        learner.ended(new Turn(
                tenant,
                turn,
                learning,
                decision.request,
                Optional.empty(),
                Fingerprint.of(turn.value()),
                now,
                now,
                Turn.Spent.NOTHING,
                outcome));
    }

    private void judge(Learner learner) {
        if (made.isEmpty()) {
            return;
        }
        Made decision = made.get(chance.nextInt(made.size()));
        double score = chance.nextInt(5) / 4.0;
        switch (feedback(learner, decision, score)) {
            case LEARNED, UNCHANGED -> labelled(decision, score);
            // The other replica has not told the store of the decision, or this one may have to try again: what comes
            // of a
            // label that waits depends on who is first. So the schedule waits with the next until it is settled.
            case QUEUED -> settle(learner, decision, score);
            case NOT_LEARNING -> {}
            case UNAVAILABLE, OVER_LIMIT -> throw new IllegalStateException("a label was turned away");
        }
    }

    private FeedbackResult feedback(Learner learner, Made decision, double score) {
        Future<FeedbackResult> answer = learner.feedback(tenant, new Feedback(decision.request, score));
        if (!answer.succeeded()) {
            throw new IllegalStateException("a client is left waiting");
        }
        return answer.result();
    }

    private void settle(Learner learner, Made decision, double score) {
        double trouble = weather.trouble();
        weather.trouble(0);
        weather.down(false);
        for (int i = 0; i < LAST_STEPS / 2 && learner.counts().held() > 0; i++) {
            now = now.plusMillis(STEP_MILLIS);
            learner.tick();
        }
        switch (feedback(learner, decision, score)) {
            case UNCHANGED -> labelled(decision, score);
            case NOT_LEARNING -> {}
            case LEARNED, QUEUED, UNAVAILABLE, OVER_LIMIT -> {
                weather.complain();
                throw new IllegalStateException("a label that waited was not settled");
            }
        }
        weather.trouble(trouble);
    }

    private void labelled(Made decision, double score) {
        labels++;
        decision.labels.put(decision.request, score);
    }

    private Result result() {
        Snapshot snapshot = Answered.answered(arms.changes(population, 0)).result();
        Map<String, Evidence> left = new HashMap<>();
        snapshot.cells().forEach(cell -> left.put(cell.arm() + " " + cell.name(), cell.evidence()));
        double difference = 0;
        double known = 0;
        for (Map.Entry<EvidenceKey, Evidence> cell : reference(snapshot).entrySet()) {
            EvidenceKey key = cell.getKey();
            Evidence sums = cell.getValue();
            Evidence stored = Optional.ofNullable(left.remove(key.arm().name() + " " + CellName.of(key.context())))
                    .orElse(Evidence.NONE);
            difference = Math.max(difference, apart(stored, sums));
            for (Replica replica : replicas) {
                known = Math.max(known, Math.abs(pulls(replica.policy(), key) - sums.weight()));
            }
        }
        for (Evidence nobodys : left.values()) {
            difference = Math.max(difference, apart(nobodys, Evidence.NONE));
        }
        boolean settled = replicas.stream()
                .map(Replica::learner)
                .allMatch(learner -> learner.counts().held() == 0
                        && learner.counts().lost() == 0
                        && learner.sharing().queued() == 0);
        return new Result(
                difference,
                known,
                settled,
                new Story(made.size(), labels, weather.lost(), weather.unanswered(), weather.repeated(), outages));
    }

    /** What a learner would hold that is alone and hears everything once. */
    private Map<EvidenceKey, Evidence> reference(Snapshot snapshot) {
        Map<EvidenceKey, Evidence> sums = new HashMap<>();
        for (Made decision : made) {
            Landmark landmark = snapshot.landmarks().get(decision.key.arm().name());
            if (landmark != null) {
                sums.merge(decision.key, DECAY.weigh(landmark, decision.stamp, decision.evidence()), Evidence::plus);
            }
        }
        return sums;
    }

    private static double apart(Evidence stored, Evidence sums) {
        Evidence difference = stored.minus(sums);
        return Math.max(
                        Math.abs(difference.weight()),
                        Math.max(Math.abs(difference.reward()), Math.abs(difference.squares())))
                / Math.max(1, sums.weight());
    }

    private double pulls(Policy policy, EvidenceKey key) {
        Question question = new Question(key.context(), List.of(Option.of(key.arm(), 0)), Stakes.QUALITY_ONLY, now);
        return policy.choose(question, 0.5).standings().pulls(0);
    }
}
