package dev.fresnel.policy;

/**
 * How the arms' qualities scatter from task to task: the covariance {@code S} between tasks, fitted by expectation and maximisation under
 * a prior that is worth {@value #MASS} tasks of the default,
 *
 * <pre>
 *   S <- ( sum_g E[(q_g - mu)(q_g - mu)'] + 8 S_default ) / (G + 8)
 * </pre>
 *
 * over the {@code G} tasks with any evidence; the expectation is under the posterior with the {@code S} before, so a task counts as far as
 * it is known, and an arm it never played counts as what the others say of it. That matters because the policy itself chooses
 * which tasks play which arms: the scatter of those that happen to have played both is not the scatter of all. Every step is positive
 * definite. References: Dempster, Laird, Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977; Laird, Ware,
 * "Random-effects models for longitudinal data", Biometrics 38 (1982). The prior is inverse Wishart.
 */
final class TaskScatter {
    private static final double MASS = 8;

    private final double[][] byDefault;
    private double[][] sum;
    private int tasks;

    TaskScatter(double[][] byDefault) {
        this.byDefault = byDefault;
        this.sum = new double[byDefault.length][byDefault.length];
    }

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

    /** Adds a task, given the population's mean and the scatter so far. */
    void add(Likelihood task, Gaussian mean, double[][] scatter) {
        if (task.isEmpty()) {
            return;
        }
        tasks++;
        Gaussian posterior = task.after(new Gaussian(mean.mean(), scatter));
        double[] away = Matrix.minus(posterior.mean(), mean.mean());
        double[][] doubt = ErrorSplit.of(scatter).after(task).awayFromMean(mean.covariance());
        sum = Matrix.plus(sum, Matrix.plus(doubt, Matrix.outer(away)));
    }

    double[][] fitted() {
        double[][] fitted = new double[sum.length][sum.length];
        for (int a = 0; a < fitted.length; a++) {
            for (int b = 0; b <= a; b++) {
                double value = ((sum[a][b] + sum[b][a]) / 2 + MASS * byDefault[a][b]) / (tasks + MASS);
                fitted[a][b] = value;
                fitted[b][a] = value;
            }
        }
        return fitted;
    }

    /** Covariance of qualities and the same qualities elsewhere, which differ by independent amounts of that variance. */
    static double[][] withElsewhere(double[][] covariance, double variance) {
        int size = covariance.length;
        double[][] both = new double[2 * size][2 * size];
        for (int a = 0; a < size; a++) {
            for (int b = 0; b < size; b++) {
                both[a][b] = covariance[a][b];
                both[a][size + b] = covariance[a][b];
                both[size + a][b] = covariance[a][b];
                both[size + a][size + b] = covariance[a][b] + (a == b ? variance : 0);
            }
        }
        return both;
    }
}
