package dev.fresnel.replay.log;

import dev.fresnel.replay.Interval;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Intervals for means of rows that come in dependent groups (Liang and Zeger 1986): with {@code G} groups and influences {@code e_i} of
 * {@code n} rows, {@code variance = G/(G-1) * sum_g (sum_{i in g} e_i)^2 / n^2}.
 */
final class ClusteredVariance {
    private ClusteredVariance() {}

    /**
     * @param mean the estimate
     * @param clusters group of each row
     * @param influence of row {@code i}, mean 0 over the rows
     */
    static Interval interval(double mean, List<String> clusters, IntToDoubleFunction influence) {
        Map<String, double[]> sums = new HashMap<>();
        for (int i = 0; i < clusters.size(); i++) {
            sums.computeIfAbsent(clusters.get(i), group -> new double[1])[0] += influence.applyAsDouble(i);
        }
        int groups = sums.size();
        double squares =
                sums.values().stream().mapToDouble(sum -> sum[0] * sum[0]).sum();
        double variance = squares * groups / (groups - 1.0) / ((double) clusters.size() * clusters.size());
        return Interval.ofStandardError(mean, Math.sqrt(variance), groups);
    }
}
