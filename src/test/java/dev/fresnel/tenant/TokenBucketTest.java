package dev.fresnel.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    private final TokenBucket bucket = new TokenBucket(60, Duration.ofMinutes(1), 0);

    @Test
    void holdsAMinutesWorth_andFillsEvenly() {
        for (int i = 0; i < 60; i++) {
            assertThat(bucket.has(1)).isTrue();
            bucket.take(1);
        }
        assertThat(bucket.has(1)).isFalse();
        assertThat(bucket.until(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(bucket.untilFull()).isEqualTo(Duration.ofMinutes(1));

        bucket.fill(60, SECOND - 1_000_000);
        assertThat(bucket.has(1)).isFalse();
        bucket.fill(60, SECOND);
        assertThat(bucket.has(1)).isTrue();
        assertThat(bucket.remaining()).isEqualTo(1);

        bucket.fill(60, 1_000 * SECOND);
        assertThat(bucket.remaining()).as("no more than it can hold").isEqualTo(60);
    }

    @Test
    void neverGivesMoreThanItsRate_whateverTheSteps() {
        long given = 0;
        for (long at = 0; at <= 600 * SECOND; at += 7_777_777) {
            bucket.fill(60, at);
            if (bucket.has(1)) {
                bucket.take(1);
                given++;
            }
        }
        assertThat(given).as("ten minutes' worth, and what it held at first").isBetween(658L, 660L);
    }

    @Test
    void isPaidBack_whenMoreWasUsedThanSetAside() {
        bucket.take(10);
        bucket.giveBack(-90);
        assertThat(bucket.remaining()).isZero();
        assertThat(bucket.until(1)).isEqualTo(Duration.ofSeconds(41));

        bucket.giveBack(1_000);
        assertThat(bucket.remaining()).isEqualTo(60);
    }

    @Test
    void letsThroughWhatIsLargerThanItself_onlyWhenFull() {
        assertThat(bucket.has(100_000)).isTrue();
        bucket.take(1);
        assertThat(bucket.has(100_000)).isFalse();
        assertThat(bucket.until(100_000)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void keepsThePartThatIsFilled_whenTheLimitIsAnother() {
        bucket.take(30);
        bucket.fill(600, 0);
        assertThat(bucket.remaining()).isEqualTo(300);
        bucket.fill(6, 0);
        assertThat(bucket.remaining()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0ms",
        "1, 1ms",
        "120000000, 120ms",
        "999000001, 1s",
        "1000000000, 1s",
        "1000000001, 2s",
        "59999000001, 1m0s",
        "60000000000, 1m0s",
        "360000000000, 6m0s",
        "3600000000000, 1h0m0s",
        "3725000000000, 1h2m5s"
    })
    void writesDurationsAsOpenAiDoes(long nanos, String written) {
        assertThat(Pass.written(Duration.ofNanos(nanos))).isEqualTo(written);
    }
}
