package dev.fresnel.replay.rule;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Disjoint linear UCB with forgetting, in the manner of ParetoBandit (arXiv:2604.00136): per arm
 *
 * <pre>
 * index = theta.x + alpha*sqrt(x' A^-1 x) - charge,   A &lt;- g*A + x x' + (1-g)*I,   b &lt;- g*b + y*x
 * </pre>
 *
 * with {@code g = .997} and {@code alpha = .05}, its defaults. Costs are learned as its pacer does, by an exponential mean of weight .05,
 * so a price change is noticed only by paying it. The features are its weak point here, not its own: the one-hot task, the tenant and
 * a constant instead of 25 components of a sentence embedding, which these data sets do not carry. The ridge term that forgetting
 * would eat is put back one coordinate per update, {@code d} times as much.
 */
final class DiscountedLinUcb implements Chooser {
    private static final double FORGET = 0.997;
    private static final double ALPHA = 0.05;
    private static final double COST_WEIGHT = 0.05;
    private static final int DIMENSIONS = 96;

    private final Map<String, Integer> features = new HashMap<>();
    private final Model[] models;
    private final double[] cost;
    private final RandomGenerator chance;

    DiscountedLinUcb(int arms, RandomGenerator chance) {
        this.chance = chance;
        this.models = new Model[arms];
        this.cost = new double[arms];
        Arrays.fill(cost, Double.NaN);
        Arrays.setAll(models, arm -> new Model());
    }

    @Override
    public Choice choose(Offer offer) {
        int[] x = x(offer);
        return Choice.of(Best.of(offer, chance, arm -> models[arm].index(x) - charge(offer, arm)));
    }

    private double charge(Offer offer, int arm) {
        return (Double.isNaN(cost[arm]) ? offer.expectedUsd(arm) : cost[arm]) / offer.successUsd();
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        models[choice.arm()].update(x(offer), quality);
    }

    @Override
    public void paid(Offer offer, Choice choice, double usd) {
        int arm = choice.arm();
        cost[arm] = Double.isNaN(cost[arm]) ? usd : cost[arm] + COST_WEIGHT * (usd - cost[arm]);
    }

    /** The three features that are 1. */
    private int[] x(Offer offer) {
        return new int[] {0, feature("task " + offer.task()), feature("tenant " + offer.tenant())};
    }

    private int feature(String name) {
        return features.computeIfAbsent(name, key -> 1 + features.size() % (DIMENSIONS - 1));
    }

    private static final class Model {
        private final double[][] inverse = new double[DIMENSIONS][DIMENSIONS];
        private final double[] b = new double[DIMENSIONS];
        private int ridge;

        Model() {
            for (int i = 0; i < DIMENSIONS; i++) {
                inverse[i][i] = 1;
            }
        }

        double index(int[] x) {
            double mean = 0;
            double variance = 0;
            for (int i : x) {
                for (int j : x) {
                    variance += inverse[i][j];
                }
                for (int j = 0; j < DIMENSIONS; j++) {
                    mean += inverse[i][j] * b[j];
                }
            }
            return mean + ALPHA * Math.sqrt(Math.max(0, variance));
        }

        void update(int[] x, double y) {
            for (int i = 0; i < DIMENSIONS; i++) {
                b[i] *= FORGET;
                for (int j = 0; j < DIMENSIONS; j++) {
                    inverse[i][j] /= FORGET;
                }
            }
            for (int i : x) {
                b[i] += y;
            }
            add(x, 1);
            add(new int[] {ridge}, DIMENSIONS * (1 - FORGET));
            ridge = (ridge + 1) % DIMENSIONS;
        }

        /** Sherman and Morrison: the inverse after {@code A + weight * x x'}. */
        private void add(int[] x, double weight) {
            double[] v = new double[DIMENSIONS];
            for (int i : x) {
                for (int j = 0; j < DIMENSIONS; j++) {
                    v[j] += inverse[i][j];
                }
            }
            double denominator = 1 / weight;
            for (int i : x) {
                denominator += v[i];
            }
            for (int i = 0; i < DIMENSIONS; i++) {
                double scaled = v[i] / denominator;
                for (int j = 0; j < DIMENSIONS; j++) {
                    inverse[i][j] -= scaled * v[j];
                }
            }
        }
    }
}
