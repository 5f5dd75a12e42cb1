package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which arm answers a request, and why.
 *
 * @param arm the arm that is used
 * @param preferred what would be used if the route were not in shadow, or the lot had not made the conversation a control; equal to {@code arm} everywhere else
 * @param propensities probability with which each feasible arm was chosen, summing to 1; rules choose with probability 1
 * @param reasons every reason that holds, the deciding one first; not empty
 */
public record Decision(Arm arm, Arm preferred, Map<Arm, Double> propensities, List<Reason> reasons) {
    public Decision {
        propensities = Collections.unmodifiableMap(new LinkedHashMap<>(propensities));
        reasons = List.copyOf(reasons);
        if (reasons.isEmpty()) {
            throw new IllegalArgumentException("a decision has a reason");
        }
    }

    /** The deciding reason. */
    public Reason reason() {
        return reasons.getFirst();
    }
}
