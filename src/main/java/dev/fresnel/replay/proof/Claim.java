package dev.fresnel.replay.proof;

import dev.fresnel.replay.Interval;
import java.util.Locale;

/**
 * One measured number and the target it had to reach.
 *
 * @param what it is, with its unit
 * @param measured mean and 95 % interval
 * @param side on which of the target it must be
 * @param target set before measuring
 * @param decimals to print
 */
public record Claim(String what, Interval measured, Side side, double target, int decimals) {
    /** Where the measured mean must lie. */
    public enum Side {
        AT_LEAST,
        AT_MOST
    }

    static Claim atLeast(String what, Interval measured, double target, int decimals) {
        return new Claim(what, measured, Side.AT_LEAST, target, decimals);
    }

    static Claim atMost(String what, Interval measured, double target, int decimals) {
        return new Claim(what, measured, Side.AT_MOST, target, decimals);
    }

    /** A mean that is not a number meets nothing. */
    public boolean isMet() {
        return switch (side) {
            case AT_LEAST -> measured.mean() >= target;
            case AT_MOST -> measured.mean() <= target;
        };
    }

    /** {@code >= 60.0}. */
    public String targetText() {
        return (side == Side.AT_LEAST ? ">= " : "<= ") + String.format(Locale.ROOT, "%." + decimals + "f", target);
    }
}
