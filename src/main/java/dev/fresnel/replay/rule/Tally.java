package dev.fresnel.replay.rule;

import java.util.HashMap;
import java.util.Map;

/** Per bucket and arm: how often, and the sum of qualities. Not thread-safe. */
final class Tally {
    private final Map<String, Cells> buckets = new HashMap<>();
    private final int arms;

    Tally(int arms) {
        this.arms = arms;
    }

    Cells at(String bucket) {
        return buckets.computeIfAbsent(bucket, key -> new Cells(arms));
    }

    /** The arms of one bucket. */
    static final class Cells {
        private final double[] n;
        private final double[] sum;
        private double total;

        Cells(int arms) {
            n = new double[arms];
            sum = new double[arms];
        }

        void add(int arm, double quality) {
            n[arm]++;
            sum[arm] += quality;
            total++;
        }

        double n(int arm) {
            return n[arm];
        }

        double sum(int arm) {
            return sum[arm];
        }

        /** Over all arms. */
        double total() {
            return total;
        }

        /** Mean with {@code mass} earlier observations of {@code prior}. */
        double mean(int arm, double prior, double mass) {
            return (sum[arm] + mass * prior) / (n[arm] + mass);
        }
    }
}
