package dev.fresnel.tenant;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Something of which a tenant or a key may have only so much. */
public enum Limit {
    /** Chat completions and requests that pass through. */
    REQUESTS_PER_MINUTE(Duration.ofMinutes(1), "requests per minute"),
    INPUT_TOKENS_PER_MINUTE(Duration.ofMinutes(1), "input tokens per minute"),
    OUTPUT_TOKENS_PER_MINUTE(Duration.ofMinutes(1), "output tokens per minute"),
    /** Taken in and not yet answered. */
    CONCURRENT_REQUESTS(Duration.ZERO, "requests at once"),
    /** Of those, streamed ones. */
    CONCURRENT_STREAMS(Duration.ZERO, "streams at once"),
    /** First writings; a lens that is renewed is not counted. */
    LENS_BUILDS_PER_HOUR(Duration.ofHours(1), "lenses written per hour");

    private final Duration window;
    private final String words;

    Limit(Duration window, String words) {
        this.window = window;
        this.words = words;
    }

    /** The time over which the limit is spread; empty: it bounds what is under way. */
    Optional<Duration> window() {
        return window.isZero() ? Optional.empty() : Optional.of(window);
    }

    /** What is counted, for people. */
    String words() {
        return words;
    }

    /** The name in configs and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
