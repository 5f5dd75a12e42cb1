package dev.fresnel.outcome;

import dev.fresnel.delegation.Learning;
import dev.fresnel.lens.LensUse;
import dev.fresnel.policy.Observation;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A decision whose outcome may still change: all turns of its conversation count as one reward. Used by the learner's thread only.
 *
 * <p>With labels, the reward is their mean and weighs 1. Without, it is the weighted mean of the turns' signals and weighs what they
 * weigh together, at most 1.
 */
final class OpenDecision {
    /** Turns of one conversation that feedback can name. */
    private static final int MAX_TURNS = 64;

    private final TenantId tenant;
    private final RequestId request;
    private final Learning learning;
    private final Instant decided;
    private final Set<RequestId> turns = new LinkedHashSet<>();
    private final Map<RequestId, Double> labels = new HashMap<>();
    private double weight;
    private double weightedReward;
    private Optional<Observation> learned = Optional.empty();
    private boolean inFlight = true;
    private Turn.Spent spent = Turn.Spent.NOTHING;
    private Optional<LensUse> lens = Optional.empty();
    private Instant ended;
    private int turnCount;

    OpenDecision(TenantId tenant, RequestId request, Learning learning, Instant decided) {
        this.tenant = tenant;
        this.request = request;
        this.learning = learning;
        this.decided = decided;
        this.ended = decided;
    }

    void took(Turn turn) {
        // A conversation whose turns had different lenses speaks for none of them.
        lens = turnCount == 0 || turn.lens().equals(lens) ? turn.lens() : Optional.empty();
        turnCount++;
        spent = spent.plus(turn.spent());
        ended = turn.ended();
    }

    /** @param why the last thing heard of it */
    DecisionRecord record(String why) {
        Optional<Observation> outcome = outcome();
        return new DecisionRecord(
                tenant,
                request,
                learning,
                lens,
                decided,
                ended,
                turnCount,
                spent,
                outcome.map(Observation::reward).map(OptionalDouble::of).orElseGet(OptionalDouble::empty),
                outcome.map(Observation::weight).orElse(0.0),
                why);
    }

    TenantId tenant() {
        return tenant;
    }

    Learning learning() {
        return learning;
    }

    Instant decided() {
        return decided;
    }

    /** Requests of the conversation, by which it is found. */
    Set<RequestId> turns() {
        return turns;
    }

    /** Whether the turn can be named by feedback from now on. */
    boolean joins(RequestId turn) {
        return turns.size() < MAX_TURNS && turns.add(turn);
    }

    void heard(ImplicitSignal signal) {
        weight += signal.weight();
        weightedReward += signal.weight() * signal.reward();
    }

    void labelled(RequestId turn, double score) {
        labels.put(turn, score);
    }

    /** What the outcome is taken for now; empty while nothing is known. */
    Optional<Observation> outcome() {
        if (!labels.isEmpty()) {
            double mean = labels.values().stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(0);
            return Optional.of(new Observation(learning.stamp(), 1, mean));
        }
        return weight > 0
                ? Optional.of(new Observation(learning.stamp(), Math.min(1, weight), weightedReward / weight))
                : Optional.empty();
    }

    Optional<Observation> learned() {
        return learned;
    }

    void learned(Observation observation) {
        learned = Optional.of(observation);
    }

    /** Whether the policy still counts the decision as in flight; says so once. */
    boolean lands() {
        boolean was = inFlight;
        inFlight = false;
        return was;
    }
}
