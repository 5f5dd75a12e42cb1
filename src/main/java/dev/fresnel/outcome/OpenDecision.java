package dev.fresnel.outcome;

import dev.fresnel.lens.LensUse;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A decision made here, as long as its outcome may change: what it took so far, whether it is in flight, and what was last heard of
 * it. The verdict itself is the store's. Used by the learner's thread only.
 */
final class OpenDecision {
    /** Turns of one conversation that feedback can name. */
    private static final int MAX_TURNS = 64;

    private final AwaitedDecision awaited;
    private final Set<RequestId> turns = new LinkedHashSet<>();
    private final Set<RequestId> spoiled = new HashSet<>();
    private Optional<String> label = Optional.empty();
    private OptionalDouble judgeProbability = OptionalDouble.empty();
    private Verdict verdict = Verdict.NONE;
    private boolean inFlight = true;
    private boolean told;
    private Turn.Spent spent = Turn.Spent.NOTHING;
    private Optional<LensUse> lens = Optional.empty();
    private Instant ended;
    private int turnCount;

    OpenDecision(AwaitedDecision awaited) {
        this.awaited = awaited;
        this.ended = awaited.ended();
    }

    void took(Turn turn) {
        // A conversation whose turns had different lenses speaks for none of them.
        lens = turnCount == 0 || turn.lens().equals(lens) ? turn.lens() : Optional.empty();
        turnCount++;
        spent = spent.plus(turn.spent());
        ended = turn.ended();
    }

    /**
     * For those who listen; from then on they know of it.
     *
     * @param why the last thing heard of it
     */
    DecisionRecord record(String why) {
        told = true;
        return record(awaited, verdict, new Conversation(turnCount, spent, ended, label, judgeProbability), why);
    }

    /** Of a decision that was made elsewhere, or before a restart: its first answer is all that is known here. */
    static DecisionRecord record(AwaitedDecision awaited, Verdict verdict, String why) {
        return record(
                awaited,
                verdict,
                new Conversation(1, awaited.spent(), awaited.ended(), Optional.empty(), OptionalDouble.empty()),
                why);
    }

    private record Conversation(
            int turns, Turn.Spent spent, Instant ended, Optional<String> label, OptionalDouble judgeProbability) {}

    private static DecisionRecord record(
            AwaitedDecision awaited, Verdict verdict, Conversation conversation, String why) {
        return new DecisionRecord(
                awaited.tenant(),
                awaited.request(),
                awaited.learning(),
                awaited.decided(),
                conversation.ended(),
                conversation.turns(),
                conversation.spent(),
                verdict.weight() > 0 ? OptionalDouble.of(verdict.reward()) : OptionalDouble.empty(),
                verdict.weight(),
                why,
                conversation.label(),
                conversation.judgeProbability());
    }

    /** How all its answers stand to the lens of their key; empty where they differ, or say nothing about one. */
    Optional<LensUse> lens() {
        return lens;
    }

    /** Whether nobody has been told of it yet. */
    boolean isUntold() {
        return !told;
    }

    AwaitedDecision awaited() {
        return awaited;
    }

    TenantId tenant() {
        return awaited.tenant();
    }

    /** Requests of the conversation, by which it is found. */
    Set<RequestId> turns() {
        return turns;
    }

    /** Whether the turn can be named by feedback from now on. */
    boolean joins(RequestId turn) {
        return turns.size() < MAX_TURNS && turns.add(turn);
    }

    /** Whether a sign about one of the turns counts: not the clean finish of an answer that something speaks against. */
    boolean takes(RequestId turn, ImplicitSignal signal) {
        if (signal == ImplicitSignal.CLEAN) {
            return !spoiled.contains(turn);
        }
        if (turns.contains(turn)) {
            spoiled.add(turn);
        }
        return true;
    }

    /** Somebody has graded the answer of a turn, which is more than that it ended well. */
    void judged(RequestId turn, double probability) {
        if (turns.contains(turn)) {
            spoiled.add(turn);
        }
        judgeProbability = OptionalDouble.of(probability);
    }

    /** @param name the caller's own for what it saw */
    void named(String name) {
        label = Optional.of(name);
    }

    void heard(Verdict now) {
        verdict = now;
    }

    /** Whether the policy still counts the decision as in flight; says so once. */
    boolean lands() {
        boolean was = inFlight;
        inFlight = false;
        return was;
    }
}
