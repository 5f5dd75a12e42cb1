package dev.fresnel.policy;

import java.util.HashMap;
import java.util.Map;

/** What is believed of an arm that a bucket, and all of its parents, have never seen. Immutable. */
final class ArmPriors {
    private final PolicySettings.Prior prior;
    private final Map<Arm, Belief> named = new HashMap<>();
    private final Belief direct;
    private final Belief worker;

    ArmPriors(PolicySettings.Prior prior) {
        this.prior = prior;
        this.direct = alone(prior.direct());
        this.worker = alone(prior.worker());
        prior.named().forEach((arm, mean) -> named.put(arm, alone(mean)));
    }

    double mean(Arm arm) {
        return prior.mean(arm);
    }

    /** A belief about that arm alone, in row 0. */
    Belief of(Arm arm) {
        Belief special = named.get(arm);
        if (special != null) {
            return special;
        }
        return arm.isDirect() ? direct : worker;
    }

    private Belief alone(double mean) {
        double variance =
                square(prior.populationDeviation()) + square(prior.taskDeviation()) + square(prior.leafDeviation());
        double[] noise = {Math.clamp(mean * (1 - mean), Task.LEAST_NOISE, Task.MOST_NOISE)};
        double[][] beta = {BetaQuantiles.of(mean, Evidence.NONE)};
        Gaussian posterior = new Gaussian(new double[] {mean}, new double[][] {{variance}});
        return new Belief(posterior, noise, new Evidence[] {Evidence.NONE}, beta);
    }

    private static double square(double x) {
        return x * x;
    }
}
