package dev.fresnel.policy;

import org.jspecify.annotations.Nullable;

/**
 * The mean of a population's tasks and how far they scatter around it: the exact posterior of a two-level normal model for {@code K}
 * arms.
 *
 * <pre>
 *   mu ~ N(m0, S0)                      population
 *   q_g | mu ~ N(mu, S)                 task g
 *   y_g | q_g ~ N(q_g, Lambda_g^-1)     what was seen of it,  Lambda_g = diag(n_g / v_g)
 *
 *   M_g = (S + Lambda_g^-1)^-1,  H_g = M_g y_g
 *   P = S0^-1 + sum_g M_g,       h = S0^-1 m0 + sum_g H_g
 *   C = (P - M_g)^-1,            mu_g = C (h - H_g)       what all the other tasks say of task g
 *   q_g before its own evidence ~ N(mu_g, S + C)
 * </pre>
 *
 * <p>Each task enters with its own precision, so a task that is played a lot does not pull the mean to itself, and an arm that is
 * played where it is good does not look good everywhere: the mean of all rewards of an arm, the obvious prior, is biased by the
 * policy's own choices. A task's own evidence is left out of its prior, else it would count twice. An arm that a task never played
 * needs no special case: its {@code Lambda} is 0.
 *
 * <p>Reference: Gelman et al., "Bayesian data analysis", chapter 5; Hong et al., "Hierarchical Bayesian bandits", AISTATS 2022
 * (arXiv:2111.06929). Departure: {@code S} is a moment estimate ({@link TaskScatter}) instead of being integrated out.
 *
 * <p>Confined to the learner.
 */
final class Hierarchy {
    private final PolicySettings.Prior prior;
    private double[] priorMean = {};
    private double[][] scatter = {};
    private double[][] leafScatter = {};
    private double[][] precision = {};
    private double[] shift = {};

    Hierarchy(PolicySettings.Prior prior) {
        this.prior = prior;
    }

    /** Begins anew for those arms, with no task included. */
    void restart(Roster roster) {
        restart(roster, TaskScatter.byDefault(prior, roster.size()));
    }

    void restart(Roster roster, double[][] scatter) {
        int size = roster.size();
        this.scatter = scatter;
        priorMean = new double[size];
        for (int a = 0; a < size; a++) {
            priorMean[a] = prior.mean(roster.arms().get(a));
        }
        leafScatter = Matrix.diagonal(size, prior.leafDeviation() * prior.leafDeviation());
        precision = Matrix.diagonal(size, 1 / (prior.populationDeviation() * prior.populationDeviation()));
        shift = Matrix.times(precision, priorMean);
    }

    int size() {
        return priorMean.length;
    }

    double[][] scatter() {
        return scatter;
    }

    double[] priorMean() {
        return priorMean;
    }

    /** Replaces what the sums hold of a task; null for nothing. */
    Likelihood.Message exchange(Likelihood.@Nullable Message before, Likelihood now) {
        Likelihood.Message after = now.through(scatter);
        if (before != null) {
            precision = Matrix.minus(precision, before.precision());
            shift = Matrix.minus(shift, before.shift());
        }
        precision = Matrix.plus(precision, after.precision());
        shift = Matrix.plus(shift, after.shift());
        return after;
    }

    /** What a task is taken for before its own evidence; {@code own} is what the sums hold of it, null for a task never seen. */
    Gaussian taskPrior(Likelihood.@Nullable Message own) {
        double[][] others = own == null ? precision : Matrix.minus(precision, own.precision());
        double[] pull = own == null ? shift : Matrix.minus(shift, own.shift());
        double[][] covariance = Matrix.inverse(others);
        double[] mean = Matrix.times(covariance, pull);
        return new Gaussian(mean, Matrix.plus(covariance, scatter));
    }

    /** What a leaf is taken for before its own evidence, when {@code task} is what the rest of its task says. */
    Gaussian leafPrior(Gaussian task) {
        return task.widened(leafScatter);
    }
}
