package dev.fresnel.outcome;

import dev.fresnel.value.Fingerprint;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decisions made here whose outcome may still change, by every request of their conversations; good answers that wait for their
 * horizon; and what was answered lately, by which a repetition is known. Bounded by {@link OutcomeSettings#open} and by time. Used by
 * the learner's thread only.
 */
final class Conversations {
    private final OutcomeSettings settings;
    private final Map<Named, OpenDecision> byTurn = new HashMap<>();
    private final Map<Named, OpenDecision> open = new LinkedHashMap<>();
    private final Deque<CleanTurn> clean = new ArrayDeque<>();
    private final Map<Repetition, Answered> answered = new LinkedHashMap<>();

    /** A request of a tenant's: no other's request is meant, whatever it is called. */
    private record Named(TenantId tenant, RequestId request) {}

    /** A good answer that waits for its horizon. */
    private record CleanTurn(SaidOf of, Instant due) {}

    /** The same bytes from the same tenant. */
    private record Repetition(TenantId tenant, Fingerprint body) {}

    private record Answered(SaidOf of, Instant at) {}

    /**
     * One answer of a decision's conversation.
     *
     * @param decision whose outcome it is part of
     */
    record SaidOf(TenantId tenant, RequestId decision, RequestId turn) {
        static SaidOf of(Turn turn) {
            return new SaidOf(turn.tenant(), turn.decision(), turn.request());
        }
    }

    Conversations(OutcomeSettings settings) {
        this.settings = settings;
    }

    int size() {
        return open.size();
    }

    /** @return decisions that had to make room */
    List<OpenDecision> add(OpenDecision decision) {
        open.put(new Named(decision.tenant(), decision.awaited().request()), decision);
        List<OpenDecision> gone = new ArrayList<>();
        Iterator<OpenDecision> oldest = open.values().iterator();
        while (open.size() > settings.open()) {
            gone.add(oldest.next());
            oldest.remove();
            forget(gone.getLast());
        }
        return gone;
    }

    /** The decision, if it was made here and is the tenant's. */
    Optional<OpenDecision> find(TenantId tenant, RequestId decision) {
        return Optional.ofNullable(open.get(new Named(tenant, decision)));
    }

    /** The decision that a request belongs to, as far as it is known here; else the request itself. */
    RequestId decisionOf(TenantId tenant, RequestId turn) {
        return Optional.ofNullable(byTurn.get(new Named(tenant, turn)))
                .map(known -> known.awaited().request())
                .orElse(turn);
    }

    /** The answer of a turn that is known by its request. */
    SaidOf saidOf(TenantId tenant, RequestId turn) {
        return new SaidOf(tenant, decisionOf(tenant, turn), turn);
    }

    void joins(OpenDecision decision, Turn turn) {
        // What is said of another arm's answer is not said of this decision.
        if (turn.outcome().isArmsOwn() && decision.joins(turn.request())) {
            byTurn.put(new Named(decision.tenant(), turn.request()), decision);
        }
        decision.took(turn);
    }

    /** The arm's own answer before this turn, if the turn is a repetition of its request that came soon after it. */
    Optional<SaidOf> repeated(Turn turn) {
        Repetition key = new Repetition(turn.tenant(), turn.body());
        Optional<Answered> before = Optional.ofNullable(answered.remove(key));
        // After an outage clients send again by themselves, which says nothing of quality.
        if (turn.outcome() instanceof Outcome.Rewarded && turn.outcome().isArmsOwn()) {
            answered.put(key, new Answered(SaidOf.of(turn), turn.ended()));
        }
        // What ran side by side was sampled on purpose.
        return before.filter(answer -> !turn.began().isBefore(answer.at())
                        && Duration.between(answer.at(), turn.began()).compareTo(settings.retry()) <= 0)
                .map(Answered::of);
    }

    void isClean(Turn turn) {
        clean.add(new CleanTurn(SaidOf.of(turn), turn.ended().plus(settings.horizon())));
    }

    /** Good answers whose horizon has passed. */
    List<SaidOf> due(Instant now) {
        List<SaidOf> due = new ArrayList<>();
        for (CleanTurn next = clean.peek(); next != null && !next.due().isAfter(now); next = clean.peek()) {
            due.add(clean.remove().of());
        }
        return due;
    }

    /** Forgets what is too old to matter, and gives the decisions among it. */
    List<OpenDecision> expire(Instant now) {
        List<OpenDecision> gone = new ArrayList<>();
        Iterator<OpenDecision> oldest = open.values().iterator();
        while (oldest.hasNext()) {
            OpenDecision decision = oldest.next();
            if (decision.awaited().decided().plus(settings.labels()).isAfter(now)) {
                break;
            }
            oldest.remove();
            forget(decision);
            gone.add(decision);
        }
        Iterator<Answered> earliest = answered.values().iterator();
        while (earliest.hasNext() && earliest.next().at().plus(settings.retry()).isBefore(now)) {
            earliest.remove();
        }
        return gone;
    }

    /** Decisions that nobody has been told of: their outcome is still open. */
    List<OpenDecision> untold() {
        return open.values().stream().filter(OpenDecision::isUntold).toList();
    }

    private void forget(OpenDecision decision) {
        decision.turns().forEach(turn -> byTurn.remove(new Named(decision.tenant(), turn)));
    }
}
