package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensUse;
import dev.fresnel.lens.Tally;
import dev.fresnel.policy.Alarm;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Lesson;
import dev.fresnel.policy.Observation;
import dev.fresnel.policy.Policy;
import dev.fresnel.savings.Trial;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Tells the policy what came of its decisions: once per conversation, revised when more becomes known, never before something is.
 *
 * <p>Decisions and what is said of them are kept in the {@link DecisionStore}, which gives one verdict per decision; whichever replica
 * hears a signal, and however late, it finds its decision there. What a verdict changes goes to the policy and, through
 * {@link SharedEvidence}, to all replicas. What this replica alone knows is in {@link Conversations}.
 *
 * <p>{@link #began} and the others may be called by any thread and return at once. The work is done on the one thread that was handed
 * in, where all state lives; beyond {@value #MAX_WAITING} waiting pieces of work new ones are dropped and counted, since nobody's
 * reply may wait for learning. While the store is away, what is said waits in an {@link Outbox}.
 */
public final class Learner {
    private static final int MAX_WAITING = 10_000;
    private static final int MAX_SEEN_ALARMS = 20;

    private final Policy policy;
    private final DecisionStore decisions;
    private final SharedEvidence evidence;
    private final Outbox outbox;
    private final Executor thread;
    private final InstantSource clock;
    private final OutcomeSettings settings;
    private final String replica;
    private final Consumer<DecisionRecord> log;
    private final BiConsumer<LensUse, Tally> lenses;
    private final TrialOutcomes trials;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder lessons = new LongAdder();
    private final LongAdder alarms = new LongAdder();
    private final ConcurrentLinkedDeque<SeenAlarm> seenAlarms = new ConcurrentLinkedDeque<>();
    private final SignalCounts signals = new SignalCounts();

    // On the learner's thread only.
    private final Conversations conversations;
    private final LabelQuota quota;
    private long attempts;
    private volatile long openCount;

    /**
     * What a learner works with.
     *
     * @param known populations and arms of this process' config
     * @param thread runs what it is given one after another, never on an event loop
     * @param random spreads retries
     * @param replica names this process, differently after each start
     * @param log told of every decision and its outcome, on that thread
     * @param lenses told what came of answers with and without them: differences, each once; on that thread, must not block
     * @param trials told what came of conversations in the experiment, likewise
     */
    public record Setup(
            Policy policy,
            ArmStateStore arms,
            DecisionStore decisions,
            KnownArms known,
            Executor thread,
            InstantSource clock,
            RandomGenerator random,
            String replica,
            OutcomeSettings settings,
            Consumer<DecisionRecord> log,
            BiConsumer<LensUse, Tally> lenses,
            TrialOutcomes trials) {}

    /** Hears how good a conversation in the experiment is taken to be, and every change of that. */
    @FunctionalInterface
    public interface TrialOutcomes {
        /**
         * @param decided when the conversation began
         * @param before 0.0 to 1.0; empty where nothing was known of it
         * @param now 0.0 to 1.0
         */
        void judged(TenantId tenant, Trial trial, Instant decided, Optional<Double> before, double now);
    }

    public Learner(Setup setup) {
        this.policy = setup.policy();
        this.decisions = setup.decisions();
        this.thread = setup.thread();
        this.clock = setup.clock();
        this.settings = setup.settings();
        this.replica = setup.replica();
        this.log = setup.log();
        this.lenses = setup.lenses();
        this.trials = setup.trials();
        this.conversations = new Conversations(settings);
        this.quota = new LabelQuota(settings.labelsPerHour());
        this.outbox = new Outbox(this::run, clock, setup.random());
        this.evidence = new SharedEvidence(
                policy, setup.arms(), setup.known(), this::run, clock, setup.random(), replica, this::alarmed);
    }

    /** The config has changed: these are the populations and arms there can be now. Any thread; returns at once. */
    public void know(KnownArms known) {
        evidence.know(known);
    }

    /** Takes over what the store knows. Completes when it has been asked; never fails. */
    public Future<Void> load() {
        return evidence.load();
    }

    /**
     * Tells the store what is left, and the log of decisions whose outcome is still open. Good answers count when half of their horizon
     * is over: most bad signs have been heard by then, and without them every restart would make the arms look worse. Never fails;
     * completes when that is done, or not possible now.
     */
    public Future<Void> close() {
        Promise<Void> told = Promise.promise();
        run(() -> {
            Instant half = clock.instant().plus(settings.horizon().dividedBy(2));
            conversations.due(half).forEach(of -> notice(of, ImplicitSignal.CLEAN));
            outbox.whenIdle(() -> {
                conversations.untold().forEach(decision -> log.accept(decision.record("waiting_at_shutdown")));
                told.complete();
            });
        });
        return told.future().compose(_ -> evidence.close());
    }

    /** A decision is acted upon: it counts as a pull in flight until its {@link Turn} has ended with an outcome, or without one. */
    public void began(Learning learning) {
        if (learning.isTaught()) {
            policy.begin(learning.key(), clock.instant());
            evidence.use(learning.key().context().population());
        }
    }

    /** Another arm answers than was thought when the decision {@link #began}: the pull in flight is that arm's. */
    public void switched(Learning from, Learning to) {
        over(from);
        began(to);
    }

    public void ended(Turn turn) {
        if (!submit(() -> learn(turn))) {
            turn.learning().ifPresent(this::over);
        }
    }

    /** Something was seen later that speaks for or against the answer of an earlier turn. Nothing happens when nobody waits for it any more. */
    public void heard(TenantId tenant, RequestId turn, ImplicitSignal signal) {
        var _ = submit(() -> notice(conversations.saidOf(tenant, turn), signal));
    }

    /**
     * A judge has scored the answer of a turn.
     *
     * @param score 0.0 to 1.0
     * @param weight how far it is believed, 0.0 to 1.0
     * @param probability with which the answer was drawn to be judged
     */
    public void judged(TenantId tenant, RequestId turn, double score, double weight, double probability) {
        var _ = submit(() -> {
            Conversations.SaidOf of = conversations.saidOf(tenant, turn);
            conversations.find(tenant, of.decision()).ifPresent(decision -> decision.judged(turn, probability));
            send(of, "judged", score, weight);
        });
    }

    /** Never fails. */
    public Future<FeedbackResult> feedback(TenantId tenant, Feedback feedback) {
        Promise<FeedbackResult> verdict = Promise.promise();
        boolean taken = submit(() -> {
            try {
                label(tenant, feedback, verdict);
            } catch (RuntimeException bug) {
                var _ = verdict.tryComplete(FeedbackResult.UNAVAILABLE);
                throw bug;
            }
        });
        if (!taken) {
            verdict.complete(FeedbackResult.UNAVAILABLE);
        }
        return verdict.future();
    }

    /** Looks for answers whose horizon has passed, and keeps in step with the store; to be called several times a second. */
    public void tick() {
        var _ = submit(() -> {
            age(clock.instant());
            outbox.tick();
            evidence.tick();
        });
    }

    public LearnerCounts counts() {
        return new LearnerCounts(openCount, lessons.sum(), dropped.sum(), alarms.sum(), outbox.queued(), outbox.lost());
    }

    /** The last alarms that this process raised, the newest first. */
    public List<SeenAlarm> seenAlarms() {
        return List.copyOf(seenAlarms);
    }

    /**
     * Forgets what was learned of one arm of a population, or of all of them: in the store when the future succeeds, and within a second
     * here and at all replicas. Rows that the policy starts from stay, and so do decisions that wait for their outcome. Fails when the store does, and
     * then nothing has changed. Any thread.
     */
    public Future<Void> reset(String population, Optional<String> arm) {
        return evidence.reset(population, arm);
    }

    public SharingCounts sharing() {
        return evidence.counts();
    }

    /** How far each signal is believed. */
    public SignalWeights weights() {
        return settings.weights();
    }

    /** How often each signal was heard so far. */
    public Map<ImplicitSignal, LongSupplier> signals() {
        return signals.all();
    }

    /** Runs something on the learner's thread; false when too much waits already, and then it is dropped. */
    boolean submit(Runnable work) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            dropped.increment();
            return false;
        }
        run(() -> {
            waiting.decrementAndGet();
            work.run();
        });
        return true;
    }

    private void run(Runnable work) {
        thread.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException bug) {
                System.getLogger("fresnel").log(System.Logger.Level.ERROR, "an outcome was not learned", bug);
            }
            openCount = conversations.size();
        });
    }

    private void learn(Turn turn) {
        conversations.repeated(turn).ifPresent(before -> notice(before, ImplicitSignal.RETRIED));
        if (turn.outcome().isArmsOwn()) {
            turn.learning().ifPresentOrElse(learning -> open(turn, learning), () -> join(turn));
        } else if (turn.learning().isPresent()) {
            conclude(turn, turn.learning().get());
            return;
        }
        conversations.find(turn.tenant(), turn.decision()).ifPresent(decision -> conversations.joins(decision, turn));
        switch (turn.outcome()) {
            case Outcome.Rewarded(ImplicitSignal signal)
            when signal == ImplicitSignal.CLEAN -> conversations.isClean(turn);
            case Outcome.Rewarded(ImplicitSignal signal) -> notice(Conversations.SaidOf.of(turn), signal);
            case Outcome.Ignored(String why) -> giveUp(turn, why);
            case Outcome.Failed(String why) -> giveUp(turn, why);
        }
    }

    private void open(Turn turn, Learning learning) {
        AwaitedDecision awaited = AwaitedDecision.of(turn, learning.later(evidence.ahead()));
        conversations.add(new OpenDecision(awaited)).forEach(this::land);
        keep(turn, () -> decisions.put(awaited, settings.labels()));
    }

    private void join(Turn turn) {
        keep(turn, () -> decisions.join(turn.tenant(), turn.request(), turn.decision(), settings.labels()));
    }

    private void keep(Turn turn, Supplier<Future<Void>> call) {
        var _ = outbox.send(
                lane(turn.tenant(), turn.decision()), () -> call.get().map(true), _ -> {}, () -> {});
    }

    /** Another arm wrote the answer: what there is to learn is known now, and no label for it may find the decision in the store. */
    private void conclude(Turn turn, Learning learning) {
        over(learning);
        AwaitedDecision decision = AwaitedDecision.of(turn, learning.later(evidence.ahead()));
        switch (turn.outcome()) {
            case Outcome.Rewarded(ImplicitSignal signal) -> {
                double weight = settings.weights().of(signal);
                if (weight > 0) {
                    signals.heard(signal);
                    Verdict verdict = new Verdict(signal.reward(), weight);
                    var _ = hear(new Revision.Revised(decision, Verdict.NONE, verdict), signal.key());
                }
            }
            case Outcome.Ignored(String why) -> log.accept(OpenDecision.record(decision, Verdict.NONE, why));
            case Outcome.Failed(String why) -> log.accept(OpenDecision.record(decision, Verdict.NONE, why));
        }
    }

    /** The gateway has seen something that says how good an answer was. An answer that anything speaks against is not clean as well. */
    private void notice(Conversations.SaidOf of, ImplicitSignal signal) {
        Optional<OpenDecision> here = conversations.find(of.tenant(), of.decision());
        double weight = settings.weights().of(signal);
        boolean counts = weight > 0
                && here.map(decision -> decision.takes(of.turn(), signal)).orElse(true);
        if (!counts) {
            here.ifPresent(this::land);
            return;
        }
        signals.heard(signal);
        send(of, signal.key(), signal.reward(), weight);
    }

    private void send(Conversations.SaidOf of, String source, double reward, double weight) {
        Signal said = new Signal(
                of.tenant(), of.decision(), source + "@" + of.turn(), Signal.Kind.SIGN, reward, weight, attempt());
        var _ = outbox.send(
                lane(of.tenant(), of.decision()),
                () -> decisions.revise(said),
                revision -> {
                    var _ = hear(revision, source);
                },
                () -> {});
    }

    private void label(TenantId tenant, Feedback feedback, Promise<FeedbackResult> client) {
        if (!quota.takes(tenant, feedback.caller(), clock.instant())) {
            client.complete(FeedbackResult.OVER_LIMIT);
            return;
        }
        RequestId turn = feedback.request();
        conversations
                .find(tenant, conversations.decisionOf(tenant, turn))
                .ifPresent(decision -> feedback.label().ifPresent(decision::named));
        Signal said = new Signal(tenant, turn, "feedback@" + turn, Signal.Kind.LABEL, feedback.score(), 1, attempt());
        boolean taken = outbox.send(
                lane(tenant, conversations.decisionOf(tenant, turn)),
                () -> decisions.revise(said),
                revision -> {
                    FeedbackResult result = hear(revision, "feedback");
                    if (result == FeedbackResult.NOT_LEARNING) {
                        quota.returns(tenant, feedback.caller());
                    }
                    var _ = client.tryComplete(result);
                },
                () -> {
                    var _ = client.tryComplete(FeedbackResult.QUEUED);
                });
        if (!taken) {
            quota.returns(tenant, feedback.caller());
            client.complete(FeedbackResult.UNAVAILABLE);
        }
    }

    /** Learns what a revised verdict changes. */
    private FeedbackResult hear(Revision revision, String why) {
        return switch (revision) {
            case Revision.Unknown _ -> FeedbackResult.NOT_LEARNING;
            case Revision.Refused _ -> FeedbackResult.UNCHANGED;
            case Revision.Revised(AwaitedDecision decision, Verdict before, Verdict after) -> {
                Optional<OpenDecision> here = conversations.find(decision.tenant(), decision.request());
                here.ifPresent(known -> known.heard(after));
                here.ifPresent(this::land);
                if (before.equals(after)) {
                    yield FeedbackResult.UNCHANGED;
                }
                if (decision.learning().isTaught()) {
                    teach(decision.learning(), before, after);
                }
                told(decision, before, after);
                here.map(OpenDecision::lens)
                        .orElse(decision.lens())
                        .filter(_ -> decision.learning().isTaught())
                        .ifPresent(use -> lenses.accept(use, after.tally().minus(before.tally())));
                log.accept(here.map(known -> known.record(why))
                        .orElseGet(() -> OpenDecision.record(decision, after, why)));
                yield FeedbackResult.LEARNED;
            }
        };
    }

    private void told(AwaitedDecision decision, Verdict before, Verdict after) {
        decision.learning()
                .trial()
                .filter(_ -> after.weight() > 0)
                .ifPresent(trial -> trials.judged(
                        decision.tenant(),
                        trial,
                        decision.decided(),
                        before.weight() > 0 ? Optional.of(before.reward()) : Optional.empty(),
                        after.reward()));
    }

    /** The pull is not in flight any more. */
    private void over(Learning learning) {
        if (learning.isTaught()) {
            policy.end(learning.key());
        }
    }

    private void teach(Learning learning, Verdict before, Verdict after) {
        lessons.increment();
        EvidenceKey key = learning.key();
        Observation now = after.observedAt(learning.stamp());
        Lesson lesson = before.weight() > 0
                ? policy.revise(key, before.observedAt(learning.stamp()), now, clock.instant())
                : policy.learn(key, now, clock.instant());
        evidence.learned(key, lesson, after.weight());
    }

    private void alarmed(Alarm alarm) {
        alarms.increment();
        seenAlarms.addFirst(new SeenAlarm(clock.instant(), alarm));
        while (seenAlarms.size() > MAX_SEEN_ALARMS) {
            seenAlarms.pollLast();
        }
        String news = "arm %s has become %s for %s: what was learned of it weighs little from now on"
                .formatted(alarm.arm(), alarm.direction(), alarm.population());
        System.getLogger("fresnel").log(System.Logger.Level.WARNING, news);
    }

    /** The turn says nothing; what others said still stands. */
    private void giveUp(Turn turn, String why) {
        conversations.find(turn.tenant(), turn.decision()).ifPresent(decision -> {
            land(decision);
            log.accept(decision.record(why));
        });
    }

    private void land(OpenDecision decision) {
        if (decision.lands()) {
            over(decision.awaited().learning());
        }
    }

    private void age(Instant now) {
        conversations.due(now).forEach(of -> notice(of, ImplicitSignal.CLEAN));
        conversations.expire(now).forEach(this::land);
        quota.expire(now);
    }

    private String attempt() {
        return replica + "-" + ++attempts;
    }

    private static String lane(TenantId tenant, RequestId decision) {
        return tenant + " " + decision;
    }
}
