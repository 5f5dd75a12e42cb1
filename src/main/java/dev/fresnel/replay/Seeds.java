package dev.fresnel.replay;

import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Runs the same thing once per seed, on all processors; results come in the order of the seeds, so they are reproducible. */
public final class Seeds {
    private Seeds() {}

    /** @param count 1 or more; the seeds are 1, 2, ... */
    public static <T> List<T> each(int count, LongFunction<T> run) {
        return LongStream.rangeClosed(1, count).parallel().mapToObj(run).toList();
    }

    /** {@link Interval} of one number per seed. */
    public static <T> Interval interval(List<T> results, java.util.function.ToDoubleFunction<T> number) {
        return Interval.of(results.stream().mapToDouble(number).toArray());
    }
}
