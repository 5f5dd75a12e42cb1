package dev.fresnel.policy;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The arm that was drawn and everything its draw depended on.
 *
 * @param stamp the chosen arm's own time of this decision ({@link Landmark#stamp}), in seconds: kept with the decision and given back
 *     with its outcome, so that late outcomes weigh what prompt ones do
 * @param propensity the probability with which {@code arm} was drawn, after floor, guard and every other change: above 0.0, at most
 *     1.0
 * @param standings all arms side by side
 */
public record Choice(Context context, Arm arm, double stamp, double propensity, Standings standings) {
    /** Where the outcome belongs. */
    public EvidenceKey key() {
        return new EvidenceKey(context, arm);
    }

    /** The probability of every option, in the question's order; they sum to 1. */
    public Map<Arm, Double> propensities() {
        Map<Arm, Double> propensities = new LinkedHashMap<>();
        for (int i = 0; i < standings.size(); i++) {
            propensities.put(standings.arm(i), standings.probability(i));
        }
        return propensities;
    }
}
