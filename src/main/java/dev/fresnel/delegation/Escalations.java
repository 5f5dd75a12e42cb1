package dev.fresnel.delegation;

import dev.fresnel.budget.CostModel;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.TenantId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often a delegated request is answered by the requested model after all because the arm's answer was bad, by tenant and arm: {@code f} of the break-even. What one
 * tenant demands of its answers is no other's concern. Starts from
 * {@link CostModel#DEFAULT} with the weight of {@value #PRIOR} requests and forgets what lies some {@value #MEMORY} requests back.
 * {@link #learn} belongs to one thread; any thread reads.
 */
final class Escalations {
    private static final double PRIOR = 20;
    private static final double MEMORY = 200;

    private final Map<Of, Tally> tallies = new ConcurrentHashMap<>();

    private record Of(TenantId tenant, Arm arm) {}

    private record Tally(double requests, double escalated) {
        static final Tally NONE = new Tally(0, 0);

        Tally and(boolean escalation) {
            double kept = 1 - 1 / MEMORY;
            return new Tally(requests * kept + 1, escalated * kept + (escalation ? 1 : 0));
        }
    }

    /** 0.0 to 1.0. */
    double rate(TenantId tenant, Arm arm) {
        Tally tally = tallies.getOrDefault(new Of(tenant, arm), Tally.NONE);
        return (tally.escalated() + PRIOR * CostModel.DEFAULT.escalation()) / (tally.requests() + PRIOR);
    }

    void learn(TenantId tenant, Arm arm, boolean escalated) {
        Of of = new Of(tenant, arm);
        tallies.put(of, tallies.getOrDefault(of, Tally.NONE).and(escalated));
    }
}
