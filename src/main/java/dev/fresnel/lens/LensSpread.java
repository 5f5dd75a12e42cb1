package dev.fresnel.lens;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the tasks of a tenant lie apart in quality, and so how much the others say about one of them: the mass of the Beta distribution that
 * they seem to be drawn from, by the method of moments (DerSimonian and Laird 1986, for shares). With {@code m_k} good of {@code n_k} and mean
 * {@code m}:
 *
 * <pre>
 *   Q   = sum n_k (m_k - m)^2
 *   t^2 = (Q - (K - 1) m (1 - m)) / (N - sum n_k^2 / N)      between tasks
 *   lean = m (1 - m) / t^2 - 1                               within {@value #LEAST} to {@value #MOST}
 * </pre>
 *
 * Immutable.
 */
public final class LensSpread {
    /** Few tasks are known: lean little. */
    public static final LensSpread UNKNOWN = new LensSpread(Map.of());

    private static final double LEAST = 2;
    private static final double MOST = 200;
    private static final double UNTIL_KNOWN = 8;
    private static final int TASKS_NEEDED = 5;
    private static final double MASS_NEEDED = 2;

    private final Map<String, Double> leans;

    private LensSpread(Map<String, Double> leans) {
        this.leans = Map.copyOf(leans);
    }

    /** @param records of different keys of one tenant */
    public static LensSpread of(Collection<LensCounts> records) {
        Map<String, List<Tally>> tallies = new HashMap<>();
        for (LensCounts counts : records) {
            new LensRecord(counts).tallies().forEach((name, tally) -> {
                if (tally.mass() >= MASS_NEEDED) {
                    tallies.computeIfAbsent(name, _ -> new ArrayList<>()).add(tally);
                }
            });
        }
        Map<String, Double> leans = new HashMap<>();
        tallies.forEach((name, tasks) -> {
            if (tasks.size() >= TASKS_NEEDED) {
                leans.put(name, lean(tasks));
            }
        });
        return new LensSpread(leans);
    }

    /**
     * In answers.
     *
     * @param name of a tally, as {@link LensRecord#tallies} has it
     */
    double lean(String name) {
        return leans.getOrDefault(name, UNTIL_KNOWN);
    }

    private static double lean(List<Tally> tasks) {
        double mass = 0;
        double squares = 0;
        double good = 0;
        for (Tally task : tasks) {
            mass += task.mass();
            squares += task.mass() * task.mass();
            good += task.good();
        }
        double mean = good / mass;
        double within = mean * (1 - mean);
        double apart = 0;
        for (Tally task : tasks) {
            double difference = task.good() / task.mass() - mean;
            apart += task.mass() * difference * difference;
        }
        double between = (apart - (tasks.size() - 1) * within) / (mass - squares / mass);
        return between <= 0 ? MOST : Math.clamp(within / between - 1, LEAST, MOST);
    }
}
