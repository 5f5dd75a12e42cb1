package dev.fresnel.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    @Test
    void takesFirstTokenPlusTheRest() {
        assertThat(Pace.SMART.of(100)).isEqualTo(Duration.ofMillis(4_600));
        assertThat(Pace.UNPACED.of(100)).isZero();
    }

    @Test
    void shrinksBothParts_whenSpedUp() {
        assertThat(Pace.SMART.times(2)).isEqualTo(new Pace(Duration.ofMillis(300), 50));
        assertThat(Pace.SMART.times(Double.POSITIVE_INFINITY)).isEqualTo(Pace.UNPACED);
    }

    @Test
    void refusesStandingStill() {
        assertThatThrownBy(() -> new Pace(Duration.ZERO, 0)).hasMessageContaining("more than 0 tokens");
        assertThatThrownBy(() -> Pace.CHEAP.times(0)).hasMessageContaining("above 0");
        assertThatThrownBy(() -> Pace.CHEAP.times(Double.NaN)).hasMessageContaining("above 0");
    }
}
