package dev.fresnel.replay.proof;

import dev.fresnel.replay.Interval;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The largest value of any run, for claims that allow no exception. */
final class Worst {
    private Worst() {}

    /** Without an interval: it is a maximum, not a mean. */
    static <T> Interval of(List<T> runs, ToDoubleFunction<T> number) {
        return new Interval(runs.stream().mapToDouble(number).max().orElseThrow(), Double.NaN, runs.size());
    }
}
