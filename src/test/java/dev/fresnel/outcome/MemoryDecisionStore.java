package dev.fresnel.outcome;

import dev.fresnel.policy.Evidence;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** A store of decisions that answers at once, on the caller's thread, as long as it is not away. Thread-safe. */
public final class MemoryDecisionStore implements DecisionStore {
    private final InstantSource clock;
    private final Map<String, Kept> kept = new HashMap<>();
    private boolean away;
    private boolean losesAnswers;
    private int discarded;

    public MemoryDecisionStore(InstantSource clock) {
        this.clock = clock;
    }

    private static final class Kept {
        final Optional<AwaitedDecision> decision;
        final Optional<RequestId> of;
        final Instant end;
        final Map<String, Signal> said = new TreeMap<>();
        final Map<String, Revision.Revised> answers = new HashMap<>();

        Kept(Optional<AwaitedDecision> decision, Optional<RequestId> of, Instant end) {
            this.decision = decision;
            this.of = of;
            this.end = end;
        }
    }

    public synchronized void away(boolean away) {
        this.away = away;
    }

    /** What is asked is done, and nobody hears of it. */
    public synchronized void losesAnswers(boolean loses) {
        this.losesAnswers = loses;
    }

    /** What is kept of a decision is damaged: found out, counted and forgotten by who asks for it. */
    synchronized void spoil(TenantId tenant, RequestId request) {
        if (kept.remove(name(tenant, request)) != null) {
            discarded++;
        }
    }

    synchronized int discarded() {
        return discarded;
    }

    @Override
    public synchronized Future<Void> put(AwaitedDecision decision, Duration keepFor) {
        return keep(name(decision.tenant(), decision.request()), Optional.of(decision), Optional.empty(), keepFor);
    }

    @Override
    public synchronized Future<Void> join(TenantId tenant, RequestId turn, RequestId decision, Duration keepFor) {
        return keep(name(tenant, turn), Optional.empty(), Optional.of(decision), keepFor);
    }

    @Override
    public synchronized Future<Revision> revise(Signal signal) {
        return answer(() -> {
            RequestId decision = find(signal.tenant(), signal.request())
                    .flatMap(known -> known.of)
                    .orElse(signal.request());
            return find(signal.tenant(), decision)
                    .filter(known -> known.decision.isPresent())
                    .map(known -> revised(known, signal))
                    .orElseGet(Revision.Unknown::new);
        });
    }

    private static Revision revised(Kept kept, Signal signal) {
        Signal last = kept.said.get(signal.source());
        if (last != null && last.attempt().equals(signal.attempt())) {
            return kept.answers.getOrDefault(
                    signal.source(), new Revision.Revised(kept.decision.orElseThrow(), Verdict.NONE, Verdict.NONE));
        }
        if (last == null && kept.said.size() >= MAX_SOURCES) {
            return new Revision.Refused();
        }
        Verdict before = verdict(kept);
        kept.said.put(signal.source(), signal);
        Revision.Revised revised = new Revision.Revised(kept.decision.orElseThrow(), before, verdict(kept));
        kept.answers.put(signal.source(), revised);
        return revised;
    }

    private static Verdict verdict(Kept kept) {
        for (Signal.Kind kind : Signal.Kind.values()) {
            Evidence sum = kept.said.values().stream()
                    .filter(signal -> signal.kind() == kind)
                    .map(signal -> Evidence.of(signal.weight(), signal.reward()))
                    .reduce(Evidence.NONE, Evidence::plus);
            if (sum.weight() > 0) {
                return new Verdict(Math.min(1, sum.reward() / sum.weight()), Math.min(1, sum.weight()));
            }
        }
        return Verdict.NONE;
    }

    private Future<Void> keep(
            String name, Optional<AwaitedDecision> decision, Optional<RequestId> of, Duration keepFor) {
        return answer(() -> {
                    kept.values().removeIf(known -> !known.end.isAfter(clock.instant()));
                    kept.putIfAbsent(
                            name, new Kept(decision, of, clock.instant().plus(keepFor)));
                    return true;
                })
                .mapEmpty();
    }

    private Optional<Kept> find(TenantId tenant, RequestId request) {
        return Optional.ofNullable(kept.get(name(tenant, request))).filter(known -> known.end.isAfter(clock.instant()));
    }

    private <T> Future<T> answer(Supplier<T> work) {
        if (away) {
            return Future.failedFuture("away");
        }
        T answer = work.get();
        return losesAnswers ? Future.failedFuture("the answer was lost") : Future.succeededFuture(answer);
    }

    private static String name(TenantId tenant, RequestId request) {
        return tenant + " " + request;
    }
}
