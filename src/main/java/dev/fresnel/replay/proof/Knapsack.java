package dev.fresnel.replay.proof;

import dev.fresnel.replay.TaskMeans;
import dev.fresnel.replay.Traffic;
import dev.fresnel.replay.TrafficPlan;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The best that knowing every task's means could do under one total: tasks in order of gain per unit, the last one in part. */
final class Knapsack {
    private Knapsack() {}

    private record Item(double gain, double size) {}

    /**
     * Quality gained over always-cheap (arm 1) by sending tasks to direct (arm 0) until {@code totalUsd} is spent, cheap calls included.
     * In summed quality.
     */
    static double gain(TrafficPlan plan, Traffic traffic, double totalUsd) {
        Map<String, Integer> counts = counts(traffic);
        TaskMeans means = plan.means();
        double left = totalUsd;
        for (Map.Entry<String, Integer> task : counts.entrySet()) {
            left -= task.getValue() * means.costUsd(task.getKey(), 1);
        }
        return fill(
                counts.entrySet().stream()
                        .map(task -> new Item(
                                task.getValue() * (means.quality(task.getKey(), 0) - means.quality(task.getKey(), 1)),
                                task.getValue() * (means.costUsd(task.getKey(), 0) - means.costUsd(task.getKey(), 1))))
                        .toList(),
                left);
    }

    /** The most requests that can go to cheap (arm 1) while the summed loss of quality stays within {@code totalLoss}. */
    static double cheapRequests(TrafficPlan plan, Traffic traffic, double totalLoss) {
        TaskMeans means = plan.means();
        return fill(
                counts(traffic).entrySet().stream()
                        .map(task -> new Item(
                                task.getValue(),
                                task.getValue() * (means.quality(task.getKey(), 0) - means.quality(task.getKey(), 1))))
                        .toList(),
                totalLoss);
    }

    private static double fill(List<Item> items, double room) {
        double gained = 0;
        double left = room;
        for (Item item : items) {
            // What costs nothing, or less, is always taken; what loses is not.
            if (item.size() <= 0 && item.gain() > 0) {
                gained += item.gain();
                left -= item.size();
            }
        }
        List<Item> dear = items.stream()
                .filter(item -> item.size() > 0 && item.gain() > 0)
                .sorted(Comparator.comparingDouble(item -> -item.gain() / item.size()))
                .toList();
        for (Item item : dear) {
            double part = Math.min(1, Math.max(0, left) / item.size());
            gained += part * item.gain();
            left -= part * item.size();
        }
        return gained;
    }

    private static Map<String, Integer> counts(Traffic traffic) {
        Map<String, Integer> counts = new HashMap<>();
        for (int step = 0; step < traffic.length(); step++) {
            counts.merge(traffic.offer(step).task(), 1, Integer::sum);
        }
        return counts;
    }
}
