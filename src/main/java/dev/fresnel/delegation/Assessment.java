package dev.fresnel.delegation;

import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Optional;

/**
 * A decision with all that led to it: enough to run the request, to explain it and to log it, so that an explanation never takes
 * another path than the decision.
 *
 * @param arms every arm of the route, {@code direct} first; empty when nothing was weighed (mode off, fail-safe)
 * @param rules every rule for the arm that was chosen, else for the first that was weighed; empty when rules were not asked
 * @param learning what the learned policy needs again when the outcome is known; empty where it did not decide
 * @param lensFound what {@code learning} is instead when a lens that memory lacks turns out to be in the store in time: then the drawn
 *     worker answers after all. Empty where that makes no difference
 * @param missing what this request will not save because its lens is not written yet ({@link MissedSavings})
 * @param fault what went wrong when the reason is {@code fail_safe}
 */
public record Assessment(
        Route route,
        TaskFeatures features,
        Estimates estimates,
        List<ArmRow> arms,
        List<RuleCheck> rules,
        Optional<Learning> learning,
        Optional<Learning> lensFound,
        Optional<Usd> missing,
        Optional<RuntimeException> fault) {
    public Assessment {
        arms = List.copyOf(arms);
        rules = List.copyOf(rules);
    }

    public Decision decision() {
        return route.decision();
    }

    /** The row of the arm that is used; empty when nothing was weighed. */
    public Optional<ArmRow> used() {
        return arms.stream().filter(row -> row.arm().equals(decision().arm())).findFirst();
    }

    /** What to reserve before the call; empty without a price. */
    public Optional<Usd> worstCase() {
        return used().flatMap(ArmRow::worstCase);
    }
}
