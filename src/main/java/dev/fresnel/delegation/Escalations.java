package dev.fresnel.delegation;

import dev.fresnel.budget.CostModel;
import dev.fresnel.policy.Arm;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often a delegated request is answered by the requested model after all, by arm: {@code f} of the break-even. Starts from
 * {@link CostModel#DEFAULT} with the weight of {@value #PRIOR} requests and forgets what lies some {@value #MEMORY} requests back.
 * {@link #learn} belongs to one thread; any thread reads.
 */
final class Escalations {
    private static final double PRIOR = 20;
    private static final double MEMORY = 200;

    private final Map<Arm, Tally> tallies = new ConcurrentHashMap<>();

    private record Tally(double requests, double escalated) {
        static final Tally NONE = new Tally(0, 0);

        Tally and(boolean escalation) {
            double kept = 1 - 1 / MEMORY;
            return new Tally(requests * kept + 1, escalated * kept + (escalation ? 1 : 0));
        }
    }

    /** 0.0 to 1.0. */
    double rate(Arm arm) {
        Tally tally = tallies.getOrDefault(arm, Tally.NONE);
        return (tally.escalated() + PRIOR * CostModel.DEFAULT.escalation()) / (tally.requests() + PRIOR);
    }

    void learn(Arm arm, boolean escalated) {
        tallies.put(arm, tallies.getOrDefault(arm, Tally.NONE).and(escalated));
    }
}
