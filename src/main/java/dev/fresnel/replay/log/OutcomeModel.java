package dev.fresnel.replay.log;

import java.util.HashMap;
import java.util.Map;

/**
 * Predicts the reward of an arm on a task from earlier rows of the log: the arm's mean on the task, drawn with a mass of eight towards the
 * arm's mean on all tasks, and that with a mass of two towards one half. Only the past is used, so the doubly robust estimate stays
 * unbiased whatever this predicts. Not thread-safe.
 */
final class OutcomeModel {
    private static final double TASK_MASS = 8;
    private static final double ARM_MASS = 2;

    private final Map<String, double[]> sums = new HashMap<>();

    double predict(String task, String arm) {
        double[] everywhere = sums.getOrDefault(arm, new double[2]);
        double mean = (everywhere[1] + ARM_MASS * 0.5) / (everywhere[0] + ARM_MASS);
        double[] here = sums.getOrDefault(key(task, arm), new double[2]);
        return (here[1] + TASK_MASS * mean) / (here[0] + TASK_MASS);
    }

    void learn(String task, String arm, double reward) {
        add(arm, reward);
        add(key(task, arm), reward);
    }

    private void add(String key, double reward) {
        double[] sum = sums.computeIfAbsent(key, k -> new double[2]);
        sum[0]++;
        sum[1] += reward;
    }

    private static String key(String task, String arm) {
        return arm + '\n' + task;
    }
}
