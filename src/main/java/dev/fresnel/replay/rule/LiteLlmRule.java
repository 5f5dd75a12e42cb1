package dev.fresnel.replay.rule;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The learning rule of LiteLLM's adaptive router (beta, 2026): Beta cells with a prior mass of 10, mean .7 for the top tier and .5 below;
 * an update that would lift a cell's mass above 200 is dropped; in 5 % of requests a Thompson draw, else the best mean.
 *
 * <p>Two departures, both in its favour: it is given the true task instead of seven regular expressions, and the true charge instead of
 * a min-max normalised price. So this measures the rule, not its price scale.
 */
final class LiteLlmRule implements Chooser {
    private static final double MASS = 10;
    private static final double CAP = 200;
    private static final double EXPLORE = 0.05;

    private final Map<String, double[]> cells = new HashMap<>();
    private final RandomGenerator chance;

    LiteLlmRule(RandomGenerator chance) {
        this.chance = chance;
    }

    @Override
    public Choice choose(Offer offer) {
        double[] cell = cell(offer);
        boolean explore = chance.nextDouble() < EXPLORE;
        return Choice.of(Best.of(offer, chance, arm -> {
            double good = cell[2 * arm];
            double bad = cell[2 * arm + 1];
            double quality = explore ? Draws.beta(chance, good, bad) : good / (good + bad);
            return quality - offer.charge(arm);
        }));
    }

    @Override
    public void learn(Offer offer, Choice choice, double quality) {
        double[] cell = cell(offer);
        int at = 2 * choice.arm();
        if (cell[at] + cell[at + 1] + 1 <= CAP) {
            cell[at] += quality;
            cell[at + 1] += 1 - quality;
        }
    }

    private double[] cell(Offer offer) {
        return cells.computeIfAbsent(offer.leaf(), key -> {
            double[] fresh = new double[2 * offer.arms()];
            for (int arm = 0; arm < offer.arms(); arm++) {
                double mean = arm == 0 ? 0.7 : 0.5;
                fresh[2 * arm] = mean * MASS;
                fresh[2 * arm + 1] = (1 - mean) * MASS;
            }
            return fresh;
        });
    }
}
