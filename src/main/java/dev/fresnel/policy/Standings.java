package dev.fresnel.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arms of one question side by side: what is known of each, what it costs, how the rule scored it and with which probability it
 * was drawn. Filled by the policy, ranked by the {@link UpdateRule}, then part of the {@link Choice} and of its log line. Confined to
 * the deciding thread until the choice is returned, never changed after. Arms are numbered as in the question.
 */
public final class Standings {
    /** The index of an arm that was never played: above every index that evidence can give. */
    static final double UNPLAYED = 1e6;

    private static final int PRICE = 0;
    private static final int PENDING = 1;
    private static final int SCORE = 2;
    private static final int PROBABILITY = 3;
    private static final int COLUMNS = 4;

    private final List<Option> options;
    private final ArmPriors priors;
    private final int[] slots;
    private final double[] cells;
    private @Nullable Belief belief;
    private int held;

    Standings(List<Option> options, ArmPriors priors) {
        this.options = options;
        this.priors = priors;
        this.slots = new int[options.size()];
        this.cells = new double[options.size() * COLUMNS];
    }

    /** @param slot the arm's number in the belief; out of its range for an arm it does not know */
    void enter(int i, int slot, double price, int pending) {
        slots[i] = slot;
        cells[i * COLUMNS + PRICE] = price;
        cells[i * COLUMNS + PENDING] = pending;
    }

    void judgeBy(@Nullable Belief belief) {
        this.belief = belief;
    }

    public int size() {
        return options.size();
    }

    public Arm arm(int i) {
        return options.get(i).arm();
    }

    /** Expected US dollars of the arm. */
    public double cost(int i) {
        return options.get(i).cost();
    }

    /** The number of an arm, or -1 when it is not among the options. */
    public int indexOf(Arm arm) {
        for (int i = 0; i < options.size(); i++) {
            if (options.get(i).arm().equals(arm)) {
                return i;
            }
        }
        return -1;
    }

    /** The arm that is played in doubt: {@link Arm#DIRECT}, or the first when it is not among the options. */
    int direct() {
        return Math.max(0, indexOf(Arm.DIRECT));
    }

    boolean isExplorable(int i) {
        return options.get(i).exploring() == Option.Exploring.ALLOWED && isPossible(i);
    }

    /** Whether the arm can be played at all; an arm of unknown price cannot. */
    public boolean isPossible(int i) {
        return price(i) < Double.POSITIVE_INFINITY;
    }

    /** What the arm costs, in units of quality; infinite for an impossible arm. */
    public double price(int i) {
        return cells[i * COLUMNS + PRICE];
    }

    /** Decisions of this leaf for the arm whose outcome is not known yet. */
    public double pending(int i) {
        return cells[i * COLUMNS + PENDING];
    }

    /** Posterior mean of the arm's quality in this leaf. */
    public double quality(int i) {
        return beliefOf(i).posterior().mean()[rowOf(i)];
    }

    /** Posterior standard deviation of {@link #quality}. */
    public double deviation(int i) {
        return Math.sqrt(covariance(i, i));
    }

    /** Posterior covariance of the quality of two arms; arms the belief does not know are independent of all others. */
    public double covariance(int i, int j) {
        if (i != j && (isStranger(i) || isStranger(j))) {
            return 0;
        }
        return beliefOf(i).posterior().covariance()[rowOf(i)][rowOf(j)];
    }

    /** Deviation of the arm's quality from its mean in the joint draw made from independent standard normals. */
    double deviationAt(int i, double[] normals) {
        if (isStranger(i)) {
            return deviation(i) * normals[Policy.MAX_ARMS + i];
        }
        double[] row = beliefOf(i).factor()[rowOf(i)];
        double sum = 0;
        for (int k = 0; k <= rowOf(i); k++) {
            sum += row[k] * normals[k];
        }
        return sum;
    }

    /** Variance of one reward of the arm, at least 0.04. */
    public double noise(int i) {
        return beliefOf(i).noise()[rowOf(i)];
    }

    /** Effective number of rewards of the arm in this leaf alone. */
    public double pulls(int i) {
        return seen(i).weight();
    }

    /** Mean reward of the arm in this leaf alone; its prior mean where there is none. */
    public double mean(int i) {
        Evidence seen = seen(i);
        return seen.weight() > 0 ? seen.reward() / seen.weight() : priors.mean(arm(i));
    }

    /** Empirical variance of the arm's rewards in this leaf alone, 0.0 to 0.25. */
    public double variance(int i) {
        Evidence seen = seen(i);
        double mean = mean(i);
        return seen.weight() > 0 ? Math.clamp(seen.squares() / seen.weight() - mean * mean, 0, 0.25) : 0.25;
    }

    double[] quantiles(int i) {
        return beliefOf(i).beta()[rowOf(i)];
    }

    double betaMean(int i) {
        return (BetaQuantiles.PRIOR_MASS * priors.mean(arm(i)) + seen(i).reward())
                / (BetaQuantiles.PRIOR_MASS + seen(i).weight());
    }

    /** Effective pulls of all possible arms in this leaf, those in flight included. */
    public double totalPulls() {
        double sum = 0;
        for (int i = 0; i < size(); i++) {
            if (isPossible(i)) {
                sum += pulls(i) + pending(i);
            }
        }
        return sum;
    }

    /** {@code ln N}, 0 for less than one pull. */
    double logPulls() {
        return Math.log(Math.max(1, totalPulls()));
    }

    /** What the rule compared: an index, or a mean, in units of quality and after the price. */
    public double score(int i) {
        return cells[i * COLUMNS + SCORE];
    }

    public void score(int i, double score) {
        cells[i * COLUMNS + SCORE] = score;
    }

    /** The probability with which the arm was drawn. */
    public double probability(int i) {
        return cells[i * COLUMNS + PROBABILITY];
    }

    public void probability(int i, double probability) {
        cells[i * COLUMNS + PROBABILITY] = probability;
    }

    /** Gives all probability to the best score; equal scores share it evenly, so no order of arms is favoured. */
    public void bestScoreWins() {
        double best = Double.NEGATIVE_INFINITY;
        int winners = 0;
        for (int i = 0; i < size(); i++) {
            if (score(i) > best) {
                best = score(i);
                winners = 1;
            } else if (score(i) == best) {
                winners++;
            }
        }
        for (int i = 0; i < size(); i++) {
            probability(i, score(i) == best ? 1.0 / winners : 0);
        }
    }

    /** Whether the quality guard kept the arm out. */
    public boolean isHeld(int i) {
        return (held >> i & 1) == 1;
    }

    void hold(int i) {
        held |= 1 << i;
    }

    /** One line per arm, for logs and explanations. */
    public List<Standing> rows() {
        List<Standing> rows = new ArrayList<>(size());
        for (int i = 0; i < size(); i++) {
            rows.add(new Standing(
                    arm(i),
                    quality(i),
                    deviation(i),
                    pulls(i),
                    pending(i),
                    price(i),
                    score(i),
                    probability(i),
                    isHeld(i)));
        }
        return rows;
    }

    private Evidence seen(int i) {
        return beliefOf(i).pulls()[rowOf(i)];
    }

    private boolean isStranger(int i) {
        return belief == null || slots[i] < 0 || slots[i] >= belief.size();
    }

    private Belief beliefOf(int i) {
        Belief known = belief;
        return known == null || slots[i] < 0 || slots[i] >= known.size() ? priors.of(arm(i)) : known;
    }

    private int rowOf(int i) {
        return isStranger(i) ? 0 : slots[i];
    }

    /**
     * One arm of a decision.
     *
     * @param quality posterior mean; {@code deviation} its standard deviation
     * @param pulls effective rewards in the leaf alone; {@code pending} decisions whose outcome is open
     * @param price cost in units of quality, infinite for an impossible arm
     * @param score what the rule compared; {@code probability} what the arm was drawn with
     * @param held by the quality guard, which set the probability to 0
     */
    public record Standing(
            Arm arm,
            double quality,
            double deviation,
            double pulls,
            double pending,
            double price,
            double score,
            double probability,
            boolean held) {}
}
