package dev.fresnel.policy;

import java.time.Instant;
import java.util.List;

/**
 * What a policy takes the arms of one context for, for an operator. As it was published last: evidence ages a little between two
 * publications.
 *
 * @param used when the context was last decided for or learned about
 * @param arms those of the population, in the order in which they appeared; not empty
 */
public record LeafState(Context context, Instant used, List<ArmState> arms) {
    public LeafState {
        arms = List.copyOf(arms);
    }

    /**
     * One arm in one context: a normal belief about its quality, a probability of success.
     *
     * @param quality posterior mean
     * @param deviation posterior standard deviation
     * @param weight outcomes of this context alone as they weigh now; what its task, its population and rows add is in the belief only
     * @param reward their mean, 0.0 to 1.0; not a number without any
     * @param pending decisions whose outcome is open
     * @param notWorse probability that its quality is at least that of {@link Arm#DIRECT}; not a number where there is no direct
     */
    public record ArmState(
            Arm arm, double quality, double deviation, double weight, double reward, int pending, double notWorse) {}
}
