package dev.fresnel.replay;

import dev.fresnel.policy.Arm;
import dev.fresnel.replay.rule.Offer;
import java.util.List;

/**
 * One stream of requests with all their answers known. What a rule is shown is in the offers; the rest is for the simulator and the
 * measures. Immutable, shared by every rule of a comparison.
 */
public final class Traffic {
    /** The outcome never comes. */
    static final int NEVER = -1;

    private final List<Arm> arms;
    private final Offer[] offers;
    private final double[] quality;
    private final double[] truth;
    private final double[] costUsd;
    private final int[] delay;

    Traffic(List<Arm> arms, Offer[] offers, double[] quality, double[] truth, double[] costUsd, int[] delay) {
        this.arms = arms;
        this.offers = offers;
        this.quality = quality;
        this.truth = truth;
        this.costUsd = costUsd;
        this.delay = delay;
    }

    public List<Arm> arms() {
        return arms;
    }

    /** Number of requests. */
    public int length() {
        return offers.length;
    }

    public Offer offer(int step) {
        return offers[step];
    }

    /** What {@code arm} would have achieved at {@code step}, 0.0 to 1.0. */
    public double quality(int step, int arm) {
        return quality[step * arms.size() + arm];
    }

    /** The mean of {@link #quality} for this task at this time. */
    public double truth(int step, int arm) {
        return truth[step * arms.size() + arm];
    }

    /** Dollars that a call of {@code arm} costs at {@code step}. */
    public double costUsd(int step, int arm) {
        return costUsd[step * arms.size() + arm];
    }

    /** Requests until the outcome of {@code step} is known, 0 = before the next one, or {@link #NEVER}. */
    int delay(int step) {
        return delay[step];
    }

    /** Expected worth of {@code arm} at {@code step} in successes: true mean quality less the expected charge. */
    public double worth(int step, int arm) {
        return truth(step, arm) - offers[step].charge(arm);
    }

    /** The open arm with the highest {@link #worth}. */
    public int bestArm(int step) {
        int best = -1;
        for (int arm = 0; arm < arms.size(); arm++) {
            if (offers[step].isOpen(arm) && (best < 0 || worth(step, arm) > worth(step, best))) {
                best = arm;
            }
        }
        return best;
    }
}
