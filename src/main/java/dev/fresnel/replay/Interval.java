package dev.fresnel.replay;

import dev.fresnel.savings.StudentT;
import java.util.Arrays;
import java.util.Locale;

/**
 * A mean and its 95 % confidence interval.
 *
 * @param mean of the values
 * @param half half the interval's width; not a number when there are fewer than two values
 * @param count how many values
 */
public record Interval(double mean, double half, int count) {
    /** Student's t interval of independent values, one per seed. At least one value. */
    public static Interval of(double... values) {
        double mean = Arrays.stream(values).average().orElseThrow(() -> new IllegalArgumentException("no values"));
        int n = values.length;
        if (n < 2) {
            return new Interval(mean, Double.NaN, n);
        }
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return ofStandardError(mean, Math.sqrt(squares / (n - 1) / n), n);
    }

    /**
     * The interval of an estimate whose standard error is known from {@code count} independent pieces.
     *
     * @param count 1 or more; with one piece the width is unknown
     */
    public static Interval ofStandardError(double mean, double standardError, int count) {
        return new Interval(mean, count < 2 ? Double.NaN : StudentT.quantile975(count - 1) * standardError, count);
    }

    /**
     * Wilson's interval of a share (Wilson 1927), given as its centre and half width. Unlike the plain one it has width at 0 and 1.
     *
     * @param hits 0 to {@code of}
     */
    public static Interval ofShare(int hits, int of) {
        double z2 = 1.959963984540054 * 1.959963984540054;
        double p = (double) hits / of;
        double centre = (p + z2 / (2 * of)) / (1 + z2 / of);
        double half = Math.sqrt(z2 * (p * (1 - p) / of + z2 / (4.0 * of * of))) / (1 + z2 / of);
        // Told around the share itself: a reader looks for the share in the middle.
        return new Interval(p, Math.max(centre + half - p, p - centre + half), of);
    }

    public double low() {
        return mean - half;
    }

    public double high() {
        return mean + half;
    }

    public boolean contains(double value) {
        return low() <= value && value <= high();
    }

    /** {@code 12.34 ± 0.56}, with this many decimals; {@code n/a} when there is no mean. */
    public String text(int decimals) {
        if (Double.isNaN(mean)) {
            return "n/a";
        }
        String number = "%." + decimals + "f";
        return Double.isNaN(half)
                ? String.format(Locale.ROOT, number, mean)
                : String.format(Locale.ROOT, number + " ± " + number, mean, half);
    }
}
