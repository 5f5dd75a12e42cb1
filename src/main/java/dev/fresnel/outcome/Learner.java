package dev.fresnel.outcome;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.fresnel.delegation.Learning;
import dev.fresnel.policy.Lesson;
import dev.fresnel.policy.Observation;
import dev.fresnel.policy.Policy;
import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Tells the policy what came of its decisions: once per conversation, revised when more becomes known, never before something is.
 *
 * <p>{@link #began} and the others may be called by any thread and return at once. The work is done on the one thread that was handed
 * in, where all state lives; beyond {@value #MAX_WAITING} waiting pieces of work new ones are dropped and counted, since nobody's
 * reply may wait for learning.
 */
public final class Learner {
    private static final int MAX_WAITING = 10_000;
    private static final Duration HOUR = Duration.ofHours(1);

    private final Policy policy;
    private final Executor thread;
    private final InstantSource clock;
    private final OutcomeSettings settings;
    private final Consumer<DecisionRecord> log;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder lessons = new LongAdder();
    private final LongAdder alarms = new LongAdder();
    private final Map<ImplicitSignal, LongAdder> signals = Arrays.stream(ImplicitSignal.values())
            .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new LongAdder()));

    // On the learner's thread only.
    private final Map<RequestId, OpenDecision> byTurn = new HashMap<>();
    private final Map<RequestId, OpenDecision> open = new LinkedHashMap<>();
    private final Deque<CleanTurn> clean = new ArrayDeque<>();
    private final Map<Repetition, Answered> answered = new LinkedHashMap<>();
    private final Map<Caller, Hour> hours = new HashMap<>();
    private volatile long openCount;

    /** A good answer that waits for its horizon. */
    private record CleanTurn(OpenDecision decision, RequestId turn, Instant due) {}

    /** The same bytes from the same tenant. */
    private record Repetition(TenantId tenant, Fingerprint body) {}

    private record Answered(OpenDecision decision, RequestId turn, Instant at) {}

    private record Caller(TenantId tenant, String key) {}

    private static final class Hour {
        private final Instant began;
        private int labels;

        Hour(Instant began) {
            this.began = began;
        }
    }

    /**
     * @param thread runs what it is given one after another, never on an event loop
     * @param log told of every decision and its outcome, on that thread
     */
    public Learner(
            Policy policy,
            Executor thread,
            InstantSource clock,
            OutcomeSettings settings,
            Consumer<DecisionRecord> log) {
        this.log = log;
        this.policy = policy;
        this.thread = thread;
        this.clock = clock;
        this.settings = settings;
    }

    /** A decision is acted upon: it counts as a pull in flight until its {@link Turn} has ended with an outcome, or without one. */
    public void began(Learning learning) {
        policy.begin(learning.key(), clock.instant());
    }

    public void ended(Turn turn) {
        if (!submit(() -> learn(turn))) {
            turn.learning().map(Learning::key).ifPresent(policy::end);
        }
    }

    /** Something was seen later that speaks for or against the answer of an earlier turn. Nothing happens when nobody waits for it any more. */
    public void heard(TenantId tenant, RequestId turn, ImplicitSignal signal) {
        var _ = submit(() -> {
            OpenDecision decision = byTurn.get(turn);
            if (decision != null && decision.tenant().equals(tenant)) {
                hear(decision, turn, signal);
            }
        });
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
            OpenDecision decision = byTurn.get(turn);
            if (decision != null && decision.tenant().equals(tenant) && weight > 0) {
                decision.judged(turn, score, weight, probability);
                tell(decision, "judged");
            }
        });
    }

    /** Never fails. */
    public Future<FeedbackResult> feedback(TenantId tenant, Feedback feedback) {
        Promise<FeedbackResult> verdict = Promise.promise();
        if (!submit(() -> verdict.complete(label(tenant, feedback)))) {
            verdict.complete(FeedbackResult.OVER_LIMIT);
        }
        return verdict.future();
    }

    /** Looks for answers whose horizon has passed and decisions that are given up; to be called every second or so. */
    public void tick() {
        var _ = submit(this::age);
    }

    public LearnerCounts counts() {
        return new LearnerCounts(openCount, lessons.sum(), dropped.sum(), alarms.sum());
    }

    /** How far each signal is believed. */
    public SignalWeights weights() {
        return settings.weights();
    }

    /** How often each signal was heard so far. */
    public Map<ImplicitSignal, LongSupplier> signals() {
        return signals.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> entry.getValue()::sum));
    }

    /** Runs something on the learner's thread; false when too much waits already, and then it is dropped. */
    boolean submit(Runnable work) {
        if (waiting.incrementAndGet() > MAX_WAITING) {
            waiting.decrementAndGet();
            dropped.increment();
            return false;
        }
        thread.execute(() -> {
            waiting.decrementAndGet();
            try {
                work.run();
            } catch (RuntimeException bug) {
                System.getLogger("fresnel").log(System.Logger.Level.ERROR, "an outcome was not learned", bug);
            }
            openCount = open.size();
        });
        return true;
    }

    private void learn(Turn turn) {
        turn.learning().ifPresent(learning -> open(turn, learning));
        OpenDecision decision = open.get(turn.decision());
        if (decision == null || !decision.tenant().equals(turn.tenant())) {
            return;
        }
        if (decision.joins(turn.request())) {
            byTurn.put(turn.request(), decision);
        }
        decision.took(turn);
        noteRepetition(turn, decision);
        switch (turn.outcome()) {
            case Outcome.Rewarded(ImplicitSignal signal)
            when signal == ImplicitSignal.CLEAN ->
                clean.add(new CleanTurn(decision, turn.request(), turn.ended().plus(settings.horizon())));
            case Outcome.Rewarded(ImplicitSignal signal) -> hear(decision, turn.request(), signal);
            case Outcome.Ignored(String why) -> giveUp(decision, why);
            case Outcome.Failed(String why) -> giveUp(decision, why);
        }
    }

    private void open(Turn turn, Learning learning) {
        open.put(turn.request(), new OpenDecision(turn.tenant(), turn.request(), learning, turn.began()));
        while (open.size() > settings.open()) {
            Iterator<OpenDecision> oldest = open.values().iterator();
            OpenDecision given = oldest.next();
            oldest.remove();
            forget(given);
        }
    }

    private void noteRepetition(Turn turn, OpenDecision decision) {
        Repetition key = new Repetition(turn.tenant(), turn.body());
        Answered before = answered.remove(key);
        // What ran side by side was sampled on purpose.
        if (before != null
                && !turn.began().isBefore(before.at())
                && Duration.between(before.at(), turn.began()).compareTo(settings.retry()) <= 0) {
            hear(before.decision(), before.turn(), ImplicitSignal.RETRIED);
        }
        answered.put(key, new Answered(decision, turn.request(), turn.ended()));
    }

    private void hear(OpenDecision decision, RequestId turn, ImplicitSignal signal) {
        if (decision.heard(turn, signal, settings.weights().of(signal))) {
            Objects.requireNonNull(signals.get(signal)).increment();
            tell(decision, signal.key());
        } else {
            land(decision);
        }
    }

    private FeedbackResult label(TenantId tenant, Feedback feedback) {
        OpenDecision decision = byTurn.get(feedback.request());
        if (decision == null || !decision.tenant().equals(tenant)) {
            return FeedbackResult.NOT_LEARNING;
        }
        Instant now = clock.instant();
        Caller caller = new Caller(tenant, feedback.caller());
        Hour hour = hours.get(caller);
        if (hour == null || Duration.between(hour.began, now).compareTo(HOUR) >= 0) {
            hour = new Hour(now);
            hours.put(caller, hour);
        }
        if (hour.labels >= settings.labelsPerHour()) {
            return FeedbackResult.OVER_LIMIT;
        }
        hour.labels++;
        decision.labelled(feedback.request(), feedback.score(), feedback.label());
        return tell(decision, "feedback") ? FeedbackResult.LEARNED : FeedbackResult.UNCHANGED;
    }

    /** @return whether that changed anything */
    @CanIgnoreReturnValue
    private boolean tell(OpenDecision decision, String why) {
        Observation now = decision.outcome().orElseThrow();
        Optional<Observation> before = decision.learned();
        if (before.filter(now::equals).isPresent()) {
            return false;
        }
        decision.learned(now);
        lessons.increment();
        if (before.isPresent()) {
            policy.revise(decision.learning().key(), before.get(), now, clock.instant());
        } else {
            Lesson lesson = policy.learn(decision.learning().key(), now, clock.instant());
            lesson.alarm().ifPresent(alarm -> {
                alarms.increment();
                System.getLogger("fresnel")
                        .log(
                                System.Logger.Level.WARNING,
                                "arm " + alarm.arm() + " has become " + alarm.direction() + " for " + alarm.population()
                                        + ": what was learned of it weighs little from now on");
            });
        }
        land(decision);
        log.accept(decision.record(why));
        return true;
    }

    /** The turn says nothing; what others said still stands. */
    private void giveUp(OpenDecision decision, String why) {
        land(decision);
        log.accept(decision.record(why));
    }

    private void land(OpenDecision decision) {
        if (decision.lands()) {
            policy.end(decision.learning().key());
        }
    }

    private void age() {
        Instant now = clock.instant();
        for (CleanTurn next = clean.peek(); next != null && !next.due().isAfter(now); next = clean.peek()) {
            clean.remove();
            hear(next.decision(), next.turn(), ImplicitSignal.CLEAN);
        }
        Iterator<OpenDecision> oldest = open.values().iterator();
        while (oldest.hasNext()) {
            OpenDecision decision = oldest.next();
            if (decision.decided().plus(settings.labels()).isAfter(now)) {
                break;
            }
            oldest.remove();
            forget(decision);
        }
        answered.values().removeIf(answer -> answer.at().plus(settings.retry()).isBefore(now));
        hours.values().removeIf(hour -> Duration.between(hour.began, now).compareTo(HOUR) >= 0);
    }

    private void forget(OpenDecision decision) {
        decision.turns().forEach(byTurn::remove);
        land(decision);
    }
}
