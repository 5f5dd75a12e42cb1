package dev.fresnel.delegation;

import dev.fresnel.lens.LensPolicy;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.ModelName;
import java.util.List;
import java.util.Optional;

/**
 * How requests of one route are decided and guided.
 *
 * @param smart writes the lens; empty: the requested model does
 * @param arms choices in order of preference; {@code direct} is always among them
 * @param controlShare of delegable conversations is sent direct by lot, to know what the others save; 0.0 to 0.5
 */
public record RoutePlan(
        Mode mode,
        Optional<ModelName> smart,
        List<Arm> arms,
        RouteRules rules,
        LensPolicy lens,
        LearnedRules learned,
        Escalation escalation,
        double controlShare) {
    /** One conversation in fifty. */
    public static final double DEFAULT_CONTROL_SHARE = 0.02;

    public RoutePlan {
        arms = List.copyOf(arms);
    }

    /** With workers' answers passed on as they are, and without controls. */
    public RoutePlan(
            Mode mode,
            Optional<ModelName> smart,
            List<Arm> arms,
            RouteRules rules,
            LensPolicy lens,
            LearnedRules learned) {
        this(mode, smart, arms, rules, lens, learned, Escalation.OFF, 0);
    }

    /** Why nothing is delegated under a plan whose mode is off. */
    @SuppressWarnings("ReferenceEquality") // the plan of no route, not one that happens to say the same
    public Reason offReason() {
        return this == OFF ? Reason.NO_ROUTE : Reason.MODE_OFF;
    }

    /** Nothing is delegated: what a request gets that matches no route. */
    public static final RoutePlan OFF = new RoutePlan(
            Mode.OFF,
            Optional.empty(),
            List.of(Arm.DIRECT),
            RouteRules.DEFAULT,
            LensPolicy.DEFAULT,
            LearnedRules.DEFAULT,
            Escalation.OFF,
            DEFAULT_CONTROL_SHARE);
}
