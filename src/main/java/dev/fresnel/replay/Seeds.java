package dev.fresnel.replay;

import java.util.List;
import java.util.function.LongFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** Runs the same thing once per seed, on all processors; results come in the order of the seeds, so they are reproducible. */
public final class Seeds {
    private Seeds() {}

    /** @param count 1 or more; the seeds are 1, 2, ... */
    public static <T> List<T> each(int count, LongFunction<T> run) {
        return LongStream.rangeClosed(1, count).parallel().mapToObj(run).toList();
    }

    /** {@link Interval} of one number per seed. */
    public static <T> Interval interval(List<T> results, ToDoubleFunction<T> number) {
        return Interval.of(results.stream().mapToDouble(number).toArray());
    }

    /**
     * The ratio of two means over the same seeds, with the interval of its linearisation (delta method): the standard error of the
     * differences {@code a_i - ratio*b_i}, over the mean of {@code b}.
     */
    public static <T> Interval ratio(List<T> above, List<T> below, ToDoubleFunction<T> number) {
        double[] a = above.stream().mapToDouble(number).toArray();
        double[] b = below.stream().mapToDouble(number).toArray();
        double base = Interval.of(b).mean();
        double ratio = Interval.of(a).mean() / base;
        double[] rest = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            rest[i] = (a[i] - ratio * b[i]) / base;
        }
        return new Interval(ratio, Interval.of(rest).half(), a.length);
    }
}
