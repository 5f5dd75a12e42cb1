package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Standings;
import dev.fresnel.savings.Trial;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be kept of a decision until its outcome is known: of the learned policy's, and of those that begin a conversation's part in the
 * experiment.
 *
 * @param key where the outcome belongs: the arm that is used, which is {@code direct} where the drawn arm's lens is not there yet
 * @param stamp the arm's own time of the decision, in seconds
 * @param lead seconds by which it ran ahead of the clock; it runs further ahead once the arm is found to have changed
 * @param odds how each arm could have come to be used; the probabilities sum to 1
 * @param standings every arm as it stood, for explanations; empty where the client chose
 * @param counterfactual in shadow: what the policy drew, and was not let do
 * @param trial the part in the experiment that the decision gave its conversation; its outcome is the conversation's
 * @param use whether the policy is told of the outcome
 */
public record Learning(
        EvidenceKey key,
        double stamp,
        double lead,
        List<Odds> odds,
        List<Standings.Standing> standings,
        Optional<Counterfactual> counterfactual,
        Optional<Trial> trial,
        Use use) {
    public Learning {
        odds = List.copyOf(odds);
        standings = List.copyOf(standings);
    }

    /** A decision that the policy learns from, outside the experiment. */
    public Learning(
            EvidenceKey key,
            double stamp,
            double lead,
            List<Odds> odds,
            List<Standings.Standing> standings,
            Optional<Counterfactual> counterfactual) {
        this(key, stamp, lead, odds, standings, counterfactual, Optional.empty(), Use.TAUGHT);
    }

    /** What becomes of the outcome. */
    public enum Use {
        /** The policy learns from it. */
        TAUGHT,
        /** Rules decided: it goes into the savings statement and the log, and the policy is not concerned. */
        MEASURED
    }

    /** Whether anybody wants the outcome: without controls there is nothing to compare a measured one with. */
    public boolean isAwaited() {
        return isTaught() || trial.filter(part -> part.controlShare() > 0).isPresent();
    }

    /** Whether the policy is concerned. */
    public boolean isTaught() {
        return use == Use.TAUGHT;
    }

    /**
     * One arm's chance.
     *
     * @param probability that this arm would be used, 0.0 to 1.0
     * @param expectedUsd what it was expected to cost, in dollars; not a number where that is unknown
     */
    public record Odds(Arm arm, double probability, double expectedUsd) {}

    /**
     * A draw that was not acted upon. Nothing is learned of its arm.
     *
     * @param probabilities of the draw, by arm; they sum to 1
     */
    public record Counterfactual(Arm arm, Map<Arm, Double> probabilities) {
        public Counterfactual {
            probabilities = Collections.unmodifiableMap(new LinkedHashMap<>(probabilities));
        }
    }

    /** The same decision on a clock that is so many seconds ahead. */
    public Learning later(double seconds) {
        return new Learning(key, stamp + seconds, lead, odds, standings, counterfactual, trial, use);
    }

    /** What is learned from and logged, without what is only explained. */
    public Learning withoutStandings() {
        return standings.isEmpty() ? this : new Learning(key, stamp, lead, odds, List.of(), counterfactual, trial, use);
    }

    /** The probability with which the used arm came about, above 0.0, at most 1.0. */
    public double propensity() {
        return odds.stream()
                .filter(odd -> odd.arm().equals(key.arm()))
                .mapToDouble(Odds::probability)
                .sum();
    }
}
