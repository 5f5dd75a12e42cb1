package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import dev.fresnel.policy.EvidenceKey;
import dev.fresnel.policy.Standings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be kept of a decision of the learned policy until its outcome is known.
 *
 * @param key where the outcome belongs: the arm that is used, which is {@code direct} where the drawn arm's lens is not there yet
 * @param stamp the arm's own time of the decision, in seconds
 * @param lead seconds by which it ran ahead of the clock; it runs further ahead once the arm is found to have changed
 * @param odds how each arm could have come to be used; the probabilities sum to 1
 * @param standings every arm as it stood, for explanations; empty where the client chose
 * @param counterfactual in shadow: what the policy drew, and was not let do
 */
public record Learning(
        EvidenceKey key,
        double stamp,
        double lead,
        List<Odds> odds,
        List<Standings.Standing> standings,
        Optional<Counterfactual> counterfactual) {
    public Learning {
        odds = List.copyOf(odds);
        standings = List.copyOf(standings);
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
        return new Learning(key, stamp + seconds, lead, odds, standings, counterfactual);
    }

    /** What is learned from and logged, without what is only explained. */
    public Learning withoutStandings() {
        return standings.isEmpty() ? this : new Learning(key, stamp, lead, odds, List.of(), counterfactual);
    }

    /** The probability with which the used arm came about, above 0.0, at most 1.0. */
    public double propensity() {
        return odds.stream()
                .filter(odd -> odd.arm().equals(key.arm()))
                .mapToDouble(Odds::probability)
                .sum();
    }
}
