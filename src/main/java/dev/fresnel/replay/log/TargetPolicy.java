package dev.fresnel.replay.log;

/**
 * A policy to be judged on somebody else's log. May learn from the rows it has been shown, as it would have at the gateway; what it gives
 * for a row may depend on earlier rows only. Used by one thread, rows in file order.
 */
public interface TargetPolicy {
    /** For tables. */
    String name();

    /** Probabilities over {@code row.arms()}, sum 1. */
    double[] probabilities(LogRow row);

    /** The row's own outcome, shown after {@link #probabilities} of the same row. */
    default void learn(LogRow row) {}

    /** Always this arm; where it was not feasible, the first one. */
    static TargetPolicy always(String arm) {
        return of("always " + arm, row -> Math.max(0, row.arms().indexOf(arm)));
    }

    /** Every feasible arm alike. */
    static TargetPolicy uniform() {
        return new TargetPolicy() {
            @Override
            public String name() {
                return "uniform";
            }

            @Override
            public double[] probabilities(LogRow row) {
                double[] p = new double[row.arms().size()];
                java.util.Arrays.fill(p, 1.0 / p.length);
                return p;
            }
        };
    }

    /** @param arm index into {@code row.arms()} */
    static TargetPolicy of(String name, java.util.function.ToIntFunction<LogRow> arm) {
        return new TargetPolicy() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double[] probabilities(LogRow row) {
                double[] p = new double[row.arms().size()];
                p[arm.applyAsInt(row)] = 1;
                return p;
            }
        };
    }
}
