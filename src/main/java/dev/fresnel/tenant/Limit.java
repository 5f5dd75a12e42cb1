package dev.fresnel.tenant;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Something of which a tenant or a key may have only so much. */
public enum Limit {
    /** Chat completions and requests that pass through. */
    REQUESTS_PER_MINUTE(Duration.ofMinutes(1), 1_000_000_000, "requests per minute"),
    INPUT_TOKENS_PER_MINUTE(Duration.ofMinutes(1), 1_000_000_000_000L, "input tokens per minute"),
    OUTPUT_TOKENS_PER_MINUTE(Duration.ofMinutes(1), 1_000_000_000_000L, "output tokens per minute"),
    /** Taken in and not yet answered. */
    CONCURRENT_REQUESTS(Duration.ZERO, 10_000_000, "requests at once"),
    /** Of those, streamed ones. */
    CONCURRENT_STREAMS(Duration.ZERO, 10_000_000, "streams at once"),
    /** First writings; a lens that is renewed is not counted. */
    LENS_BUILDS_PER_HOUR(Duration.ofHours(1), 1_000_000, "lenses written per hour");

    private final Duration window;
    private final long ceiling;
    private final String words;

    Limit(Duration window, long ceiling, String words) {
        this.window = window;
        this.ceiling = ceiling;
        this.words = words;
    }

    /** The time over which the limit is spread; empty: it bounds what is under way. */
    Optional<Duration> window() {
        return window.isZero() ? Optional.empty() : Optional.of(window);
    }

    /** The highest that can be set, in the config too; the lowest is 1. */
    public long ceiling() {
        return ceiling;
    }

    /** What is counted, for people. */
    String words() {
        return words;
    }

    /** The one that {@link #key} names; empty: none does. */
    public static Optional<Limit> ofKey(String key) {
        return Arrays.stream(values()).filter(limit -> limit.key().equals(key)).findFirst();
    }

    /** The name in configs and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
