package dev.fresnel.policy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
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
 * <p>Rows recorded elsewhere are not outcomes of these arms but of the same arms somewhere else, which may be better or worse there. With
 * such rows each arm has a second row and column, its quality elsewhere, that differs by a bias common to all tasks and by a little in each:
 *
 * <pre>
 *   e_g = q_g + beta + delta_g,   beta_a ~ N(0, bias^2),  delta_ga ~ N(0, discrepancy^2)
 * </pre>
 *
 * <p>The formulae stay the same. The first outcomes in any task tell {@code beta} for all of them: rows that are off by the same amount
 * everywhere are put right, however many agree, and what they say of the tasks' differences is kept. Reference: Hobbs et al., "Hierarchical
 * commensurate and power prior models for adaptive incorporation of historical information in clinical trials", Biometrics 67 (2011).
 *
 * <p>Reference: Gelman et al., "Bayesian data analysis", chapter 5; Hong et al., "Hierarchical Bayesian bandits", AISTATS 2022
 * (arXiv:2111.06929). Departure: {@code S} is fitted ({@link TaskScatter}) instead of being integrated out.
 *
 * <p>Confined to the learner.
 */
final class Hierarchy {
    private final PolicySettings.Prior prior;
    private final PolicySettings.WarmStart warmStart;
    private double[] priorMean = {};
    private double[][] scatter = {};
    private double[][] leafScatter = {};
    private double[][] precision = {};
    private double[] shift = {};
    private double @Nullable [][] meanCovariance;

    Hierarchy(PolicySettings.Prior prior, PolicySettings.WarmStart warmStart) {
        this.prior = prior;
        this.warmStart = warmStart;
    }

    /**
     * Begins anew for those arms, with no task included.
     *
     * @param scatter {@code S}, of the arms here, or of these and of the same arms elsewhere
     */
    void restart(Roster roster, double[][] scatter) {
        int size = roster.size();
        priorMean = new double[size];
        for (int a = 0; a < size; a++) {
            priorMean[a] = prior.mean(roster.arms().get(a));
        }
        leafScatter = Matrix.diagonal(size, square(prior.leafDeviation()));
        double[][] spread = Matrix.diagonal(size, square(prior.populationDeviation()));
        this.scatter = scatter;
        if (scatter.length == size) {
            precision = Matrix.inverse(spread);
            shift = Matrix.times(precision, priorMean);
        } else {
            precision = Matrix.inverse(TaskScatter.withElsewhere(spread, square(warmStart.bias())));
            double[] twice = Arrays.copyOf(priorMean, 2 * size);
            System.arraycopy(priorMean, 0, twice, size, size);
            shift = Matrix.times(precision, twice);
        }
        meanCovariance = null;
    }

    private static double square(double x) {
        return x * x;
    }

    /** Number of arms. */
    int size() {
        return priorMean.length;
    }

    double[] priorMean() {
        return priorMean;
    }

    /** Replaces what the sums hold of a task; null for nothing. */
    @CanIgnoreReturnValue
    Likelihood.Message exchange(Likelihood.@Nullable Message before, Likelihood now) {
        Likelihood.Message after = now.through(scatter);
        if (before != null) {
            precision = Matrix.minus(precision, before.precision());
            shift = Matrix.minus(shift, before.shift());
        }
        precision = Matrix.plus(precision, after.precision());
        shift = Matrix.plus(shift, after.shift());
        meanCovariance = null;
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

    double[][] scatter() {
        return scatter;
    }

    /** The population's mean, all tasks included. */
    Gaussian mean() {
        return new Gaussian(Matrix.times(meanCovariance(), shift), meanCovariance());
    }

    /** Covariance {@code C} of {@link #mean}. */
    double[][] meanCovariance() {
        if (meanCovariance == null) {
            meanCovariance = Matrix.inverse(precision);
        }
        return meanCovariance;
    }

    /** Whose the error of a leaf's posterior is, when {@code rest} is what the rest of its task has seen. */
    ErrorSplit errors(Likelihood rest, Likelihood leaf) {
        return ErrorSplit.of(scatter)
                .after(rest)
                .ofFirst(size())
                .widened(leafScatter)
                .after(leaf);
    }

    /** What a leaf is taken for before its own evidence, when {@code task} is what the rest of its task says. */
    Gaussian leafPrior(Gaussian task) {
        return task.ofFirst(size()).widened(leafScatter);
    }
}
