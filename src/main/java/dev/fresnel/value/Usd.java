package dev.fresnel.value;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An amount of US dollars, exact to the nano-dollar. One cheap call can cost 0.00003 USD, so cents lose everything; sums of
 * integers do not drift. May be negative (a saving can be a loss).
 *
 * @param nanos billionths of a US dollar
 */
public record Usd(long nanos) implements Comparable<Usd> {
    public static final Usd ZERO = new Usd(0);

    /** From decimal dollars, rounded half up to the nano-dollar. */
    public static Usd of(BigDecimal dollars) {
        return new Usd(
                dollars.movePointRight(9).setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    public Usd plus(Usd other) {
        return new Usd(Math.addExact(nanos, other.nanos));
    }

    public Usd minus(Usd other) {
        return new Usd(Math.subtractExact(nanos, other.nanos));
    }

    public Usd times(long factor) {
        return new Usd(Math.multiplyExact(nanos, factor));
    }

    public boolean isLessThan(Usd other) {
        return nanos < other.nanos;
    }

    /** As a floating-point number of dollars, for weighing against other things; never for adding up money. */
    public double dollars() {
        return nanos / 1e9;
    }

    @Override
    public int compareTo(Usd other) {
        return Long.compare(nanos, other.nanos);
    }

    /** Plain decimal dollars without a currency sign, at least two and at most nine decimals: {@code 0.00123}. */
    @Override
    public String toString() {
        BigDecimal dollars = BigDecimal.valueOf(nanos, 9).stripTrailingZeros();
        return (dollars.scale() < 2 ? dollars.setScale(2) : dollars).toPlainString();
    }
}
