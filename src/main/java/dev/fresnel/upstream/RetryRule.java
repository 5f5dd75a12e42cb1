package dev.fresnel.upstream;

import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which replies are asked for again, and after how long. Model calls cost money and are not idempotent, so: 429, 502, 503 and
 * 504 only, once (the call counts), and not when the provider wants more than {@link #LONGEST_WAIT} or says {@code
 * x-should-retry: false}. Thread-safe when its random source is.
 */
public final class RetryRule {
    /** A provider that asks for more is passed on to the client, which knows better what to do meanwhile. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private static final long BASE_DELAY_MILLIS = 100;

    private final InstantSource clock;
    private final RandomGenerator random;

    public RetryRule(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** The pause before another attempt; empty: pass this reply on. */
    Optional<Duration> pauseAfter(int status, MultiMap headers) {
        boolean retryable = status == 429 || status == 502 || status == 503 || status == 504;
        if (!retryable || "false".equalsIgnoreCase(headers.get("x-should-retry"))) {
            return Optional.empty();
        }
        if (!headers.contains("retry-after") && !headers.contains("retry-after-ms")) {
            return Optional.of(pauseAfterNoConnection());
        }
        return retryAfter(headers).filter(pause -> pause.compareTo(LONGEST_WAIT) <= 0);
    }

    /** 50 to 150 ms, so that many failed calls do not come back in step. */
    Duration pauseAfterNoConnection() {
        return Duration.ofMillis(BASE_DELAY_MILLIS / 2 + random.nextLong(BASE_DELAY_MILLIS + 1));
    }

    /**
     * What {@code retry-after-ms}, else {@code retry-after} (seconds or an HTTP date) says, never negative; empty when absent or
     * not readable.
     */
    public Optional<Duration> retryAfter(MultiMap headers) {
        Optional<Duration> millis = number(headers.get("retry-after-ms")).map(RetryRule::millis);
        if (millis.isPresent()) {
            return millis;
        }
        String text = headers.get("retry-after");
        return number(text)
                .map(seconds -> millis(seconds * 1000))
                .or(() -> date(text).map(this::until));
    }

    private Duration until(Instant when) {
        Duration left = Duration.between(clock.instant(), when);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static Duration millis(double millis) {
        return Duration.ofMillis((long) Math.ceil(millis));
    }

    private static Optional<Double> number(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            double number = Double.parseDouble(text.strip());
            return number >= 0 && number <= Integer.MAX_VALUE ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> date(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException notADate) {
            return Optional.empty();
        }
    }
}
