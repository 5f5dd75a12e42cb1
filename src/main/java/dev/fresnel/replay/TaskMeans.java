package dev.fresnel.replay;

import dev.fresnel.replay.data.DataSet;
import dev.fresnel.replay.data.RecordedRow;
import java.util.HashMap;
import java.util.Map;

/** Mean quality and cost of each arm on each task of a data set: what nature knows and a rule has to learn. Immutable. */
public final class TaskMeans {
    private final Map<String, Means> byTask = new HashMap<>();

    public TaskMeans(DataSet set) {
        for (RecordedRow row : set.rows()) {
            Means means = byTask.computeIfAbsent(
                    row.task(), task -> new Means(set.arms().size()));
            means.rows++;
            for (int arm = 0; arm < set.arms().size(); arm++) {
                means.quality[arm] += row.outcomes().get(arm).quality();
                means.cost[arm] += row.outcomes().get(arm).costUsd();
            }
        }
    }

    public java.util.Set<String> tasks() {
        return java.util.Collections.unmodifiableSet(byTask.keySet());
    }

    public int rows(String task) {
        return means(task).rows;
    }

    public double quality(String task, int arm) {
        return means(task).quality[arm] / means(task).rows;
    }

    /** In dollars per call. */
    public double costUsd(String task, int arm) {
        return means(task).cost[arm] / means(task).rows;
    }

    private Means means(String task) {
        Means means = byTask.get(task);
        if (means == null) {
            throw new IllegalArgumentException("no task " + task);
        }
        return means;
    }

    private static final class Means {
        private final double[] quality;
        private final double[] cost;
        private int rows;

        Means(int arms) {
            quality = new double[arms];
            cost = new double[arms];
        }
    }
}
