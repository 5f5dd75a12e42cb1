package dev.fresnel.demo;

import java.time.Duration;

/**
 * How fast a stand-in answers.
 *
 * @param firstToken from the request read to the first token sent
 * @param tokensPerSecond after that; infinite: as fast as the client reads
 */
public record Pace(Duration firstToken, double tokensPerSecond) {
    /** A large model: thinks for 600 ms, then 25 tokens a second. */
    public static final Pace SMART = new Pace(Duration.ofMillis(600), 25);

    /** A small model: 80 ms, then 400 tokens a second. */
    public static final Pace CHEAP = new Pace(Duration.ofMillis(80), 400);

    /** No waiting at all, for tests. */
    public static final Pace UNPACED = new Pace(Duration.ZERO, Double.POSITIVE_INFINITY);

    public Pace {
        if (firstToken.isNegative() || !(tokensPerSecond > 0)) {
            throw new IllegalArgumentException("a pace waits 0 ms or more and sends more than 0 tokens a second: "
                    + firstToken + ", " + tokensPerSecond);
        }
    }

    /** The same proportions, {@code factor} times as fast; {@code factor} above 0, infinite for {@link #UNPACED}. */
    public Pace times(double factor) {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("a speed factor is above 0: " + factor);
        }
        if (Double.isInfinite(factor)) {
            return UNPACED;
        }
        return new Pace(Duration.ofNanos((long) (firstToken.toNanos() / factor)), tokensPerSecond * factor);
    }

    /** How long a whole answer takes. */
    Duration of(long tokens) {
        return firstToken.plusNanos((long) (tokens / tokensPerSecond * 1e9));
    }
}
