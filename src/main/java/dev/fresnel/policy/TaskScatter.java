package dev.fresnel.policy;

import java.util.List;

/**
 * How the arms' qualities scatter from task to task: the covariance {@code S} between tasks, estimated by moments and shrunk to its
 * default,
 *
 * <pre>
 *   S_ab = max(0, Cov_g(y_ga, y_gb) - [a = b] mean_g(v_ga / n_ga))
 *   S    = w S_estimated + (1 - w) S_default,   w = G / (G + 8)
 * </pre>
 *
 * over the {@code G} tasks that have {@value #ENOUGH} or more pulls of both arms; {@code y_ga} mean reward of arm {@code a} in task
 * {@code g} and {@code v/n} its noise, which scatters the means but not the qualities. Reference: the method of moments for random
 * effects, DerSimonian, Laird, "Meta-analysis in clinical trials", 1986, unweighted as the tasks used have enough pulls. Departure:
 * pairs of arms have different tasks in common, so the assembled matrix may be indefinite; correlations are then drawn to zero until
 * it is not.
 */
final class TaskScatter {
    private static final int ENOUGH = 10;
    private static final double SHRINKAGE = 8;
    private static final double LEAST_DEVIATION = 0.02;
    private static final double MOST_CORRELATION = 0.95;

    private TaskScatter() {}

    static double[][] byDefault(PolicySettings.Prior prior, int size) {
        double variance = prior.taskDeviation() * prior.taskDeviation();
        double[][] scatter = new double[size][size];
        for (int a = 0; a < size; a++) {
            for (int b = 0; b < size; b++) {
                scatter[a][b] = a == b ? variance : variance * prior.taskCorrelation();
            }
        }
        return scatter;
    }

    /**
     * @param tasks effective evidence of each task per arm
     * @param noises variance of one reward, of each task per arm
     */
    static double[][] fit(List<Evidence[]> tasks, List<double[]> noises, double[][] byDefault) {
        int size = byDefault.length;
        double[][] scatter = new double[size][size];
        for (int a = 0; a < size; a++) {
            for (int b = 0; b <= a; b++) {
                double fitted = entry(tasks, noises, a, b, byDefault[a][b]);
                scatter[a][b] = fitted;
                scatter[b][a] = fitted;
            }
        }
        return positiveDefinite(scatter);
    }

    private static double entry(List<Evidence[]> tasks, List<double[]> noises, int a, int b, double byDefault) {
        int count = 0;
        double meanA = 0;
        double meanB = 0;
        double product = 0;
        double noise = 0;
        for (int g = 0; g < tasks.size(); g++) {
            Evidence first = tasks.get(g)[a];
            Evidence second = tasks.get(g)[b];
            if (first.weight() < ENOUGH || second.weight() < ENOUGH) {
                continue;
            }
            count++;
            double y = first.reward() / first.weight();
            double z = second.reward() / second.weight();
            // Welford's update: the means are of similar size, their raw products would cancel.
            double before = y - meanA;
            meanA += before / count;
            meanB += (z - meanB) / count;
            product += before * (z - meanB);
            noise += a == b ? noises.get(g)[a] / first.weight() : 0;
        }
        if (count < 2) {
            return byDefault;
        }
        double covariance = Math.max(0, product / (count - 1) - noise / count);
        double weight = count / (count + SHRINKAGE);
        return weight * covariance + (1 - weight) * byDefault;
    }

    private static double[][] positiveDefinite(double[][] scatter) {
        for (int a = 0; a < scatter.length; a++) {
            scatter[a][a] = Math.max(scatter[a][a], LEAST_DEVIATION * LEAST_DEVIATION);
        }
        for (int a = 0; a < scatter.length; a++) {
            for (int b = 0; b < a; b++) {
                double most = MOST_CORRELATION * Math.sqrt(scatter[a][a] * scatter[b][b]);
                set(scatter, a, b, Math.min(scatter[a][b], most));
            }
        }
        while (!Matrix.isPositiveDefinite(scatter)) {
            for (int a = 0; a < scatter.length; a++) {
                for (int b = 0; b < a; b++) {
                    set(scatter, a, b, scatter[a][b] * 0.9);
                }
            }
        }
        return scatter;
    }

    private static void set(double[][] scatter, int a, int b, double value) {
        scatter[a][b] = value;
        scatter[b][a] = value;
    }
}
