package dev.fresnel.policy;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One task of a population: the sum of all evidence of its leaves, also of those that were dropped since, and what it tells the
 * population. Evidence is the learner's alone; leaves may be added by any thread.
 */
final class Task {
    /** A reward's variance is taken for at least this: five equal rewards do not make an arm certain. */
    static final double LEAST_NOISE = 0.04;

    static final double MOST_NOISE = 0.25;

    /** Pseudo-observations of the prior mean in the noise estimate. */
    private static final double NOISE_MASS = 16;

    final ConcurrentHashMap<String, Leaf> leaves = new ConcurrentHashMap<>();

    /** Evidence per arm, in units of the arm's landmark. */
    final Evidence[] sums = new Evidence[Policy.MAX_ARMS];

    /** Rows recorded elsewhere, per arm, in units of its landmark; none as a rule. */
    final Evidence[] seeds = new Evidence[Policy.MAX_ARMS];

    /** Evidence per arm as it was before an alarm, in units of its landmark; none as a rule. */
    final Evidence[] former = new Evidence[Policy.MAX_ARMS];

    /** What the population's sums hold of this task. */
    Likelihood.@Nullable Message message;

    /** Sum of its leaves' own deviations in the quality ledger. The learner's. */
    double deviation;

    /** Whether its evidence now belongs to the population's rest. The learner's. */
    boolean isDropped;

    /** What a leaf of this task that was never seen is taken for. */
    volatile @Nullable Belief newcomer;

    Task() {
        Arrays.fill(sums, Evidence.NONE);
        Arrays.fill(seeds, Evidence.NONE);
        Arrays.fill(former, Evidence.NONE);
    }

    /** Multiplies all sums of an arm, its leaves' too. */
    void scale(int slot, double factor) {
        sums[slot] = sums[slot].times(factor);
        seeds[slot] = seeds[slot].times(factor);
        former[slot] = former[slot].times(factor);
        for (Leaf leaf : leaves.values()) {
            leaf.sums[slot] = leaf.sums[slot].times(factor);
        }
    }

    /** Adds all evidence of a task that goes. */
    void takeOver(Task gone) {
        for (int a = 0; a < sums.length; a++) {
            sums[a] = sums[a].plus(gone.sums[a]);
            seeds[a] = seeds[a].plus(gone.seeds[a]);
            former[a] = former[a].plus(gone.former[a]);
        }
    }

    /** When any of its leaves was last used. */
    double used() {
        double used = Double.NEGATIVE_INFINITY;
        for (Leaf leaf : leaves.values()) {
            used = Math.max(used, leaf.used);
        }
        return used;
    }

    /**
     * Variance of one reward of an arm: the second moment less the squared mean, both shrunk to the prior,
     *
     * <pre>
     *   p = (x + 16 m0) / (n + 16),   v = clip((s + 16 m0) / (n + 16) - p^2, 0.04, 0.25)
     * </pre>
     *
     * with {@code s} the sum of squared rewards. For rewards of 0 and 1 that is {@code p (1 - p)}; graded rewards scatter less. A smaller
     * mass would believe three lucky answers more than three unlucky ones.
     */
    static double noise(Evidence effective, double priorMean) {
        double mass = effective.weight() + NOISE_MASS;
        double mean = (effective.reward() + NOISE_MASS * priorMean) / mass;
        double square = (effective.squares() + NOISE_MASS * priorMean) / mass;
        return Math.clamp(square - mean * mean, LEAST_NOISE, MOST_NOISE);
    }
}
