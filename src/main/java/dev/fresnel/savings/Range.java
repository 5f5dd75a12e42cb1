package dev.fresnel.savings;

/**
 * An estimate with its 95 % interval, which need not lie evenly around it.
 *
 * @param low at most {@code high}
 */
public record Range(double value, double low, double high) {
    /** Something that is known and not estimated. */
    public static Range exactly(double value) {
        return new Range(value, value, value);
    }

    public boolean contains(double truth) {
        return low <= truth && truth <= high;
    }

    public double width() {
        return high - low;
    }

    /** The same, counted from {@code amount}. */
    Range plus(double amount) {
        return new Range(value + amount, low + amount, high + amount);
    }

    Range times(double factor) {
        double a = low * factor;
        double b = high * factor;
        return new Range(value * factor, Math.min(a, b), Math.max(a, b));
    }
}
