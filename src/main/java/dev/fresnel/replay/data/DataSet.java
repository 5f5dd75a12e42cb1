package dev.fresnel.replay.data;

import dev.fresnel.policy.Arm;
import java.util.List;

/**
 * Recorded requests with full information: every arm answered every one of them. Immutable.
 *
 * @param name as {@code --set} takes it
 * @param arms the dear one first, as {@link Arm#DIRECT}; then the workers
 * @param models the recorded model behind each arm
 * @param rows in file order, at least one
 * @param skipped lines left out, in file order
 * @param successUsd what a right answer is worth, in the dollars of the rows' costs
 * @param note what a reader of results must know about these rows
 */
public record DataSet(
        String name,
        List<Arm> arms,
        List<String> models,
        List<RecordedRow> rows,
        List<SkippedLine> skipped,
        double successUsd,
        String note) {
    public DataSet {
        arms = List.copyOf(arms);
        models = List.copyOf(models);
        rows = List.copyOf(rows);
        skipped = List.copyOf(skipped);
        if (rows.isEmpty()) {
            throw new DataProblem("data set " + name + " has no usable row"
                    + (skipped.isEmpty()
                            ? ""
                            : "; first of " + skipped.size() + " skipped lines: " + skipped.getFirst()));
        }
        if (arms.size() < 2 || arms.size() != models.size() || !arms.getFirst().isDirect()) {
            throw new IllegalArgumentException("two or more arms, direct first, one model each");
        }
        for (RecordedRow row : rows) {
            if (row.outcomes().size() != arms.size()) {
                throw new IllegalArgumentException("row " + row.id() + " has not one outcome per arm");
            }
        }
        if (!(successUsd > 0 && successUsd < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a success is worth more than nothing");
        }
    }

    /** Mean cost of arm {@code index} over all rows, in dollars. */
    public double meanCost(int index) {
        return rows.stream()
                .mapToDouble(row -> row.outcomes().get(index).costUsd())
                .average()
                .orElseThrow();
    }

    /** Mean quality of arm {@code index} over all rows. */
    public double meanQuality(int index) {
        return rows.stream()
                .mapToDouble(row -> row.outcomes().get(index).quality())
                .average()
                .orElseThrow();
    }

    /** Dearest recorded call of arm {@code index}, in dollars. */
    public double worstCost(int index) {
        return rows.stream()
                .mapToDouble(row -> row.outcomes().get(index).costUsd())
                .max()
                .orElseThrow();
    }

    /** The same rows with another worth of a success. */
    public DataSet worth(double usd) {
        return new DataSet(name, arms, models, rows, skipped, usd, note);
    }
}
