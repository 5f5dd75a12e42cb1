package dev.fresnel.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.value.ModelName;
import org.junit.jupiter.api.Test;

final class InputCalibrationTest {
    private static final ModelName MODEL = new ModelName("claude");

    private final InputCalibration calibration = new InputCalibration();

    @Test
    void leavesTheCountAlone_whenNothingIsKnown() {
        assertThat(calibration.billed(MODEL, 1234)).isEqualTo(1234);
    }

    @Test
    void learnsTheRatio_perModel_andBelievesItWithTheAnswers() {
        calibration.learn(MODEL, 1000, 1300);
        assertThat(calibration.ratio(MODEL)).isCloseTo(1 + 0.3 / 4, within(1e-12));
        for (int i = 0; i < 100; i++) {
            calibration.learn(MODEL, 1000 + i, Math.round(1.3 * (1000 + i)));
        }

        assertThat(calibration.ratio(MODEL)).isCloseTo(1.3, within(0.02));
        assertThat(calibration.ratio(new ModelName("other"))).isEqualTo(1);
    }

    @Test
    void isNotMovedByStrangeRequests() {
        for (int i = 0; i < 64; i++) {
            calibration.learn(MODEL, 1000, i % 3 == 0 ? 100_000 : 1100);
        }

        assertThat(calibration.ratio(MODEL)).isCloseTo(1.1, within(0.01));
    }

    @Test
    void staysWithinAHalfAndTwo_andIgnoresWhatSaysNothing() {
        for (int i = 0; i < 64; i++) {
            calibration.learn(MODEL, 100, 1_000_000);
            calibration.learn(new ModelName("tiny"), 100, 1);
            calibration.learn(new ModelName("none"), 100, 0);
            calibration.learn(new ModelName("none"), 3, 30);
        }

        assertThat(calibration.ratio(MODEL)).isBetween(1.9, 2.0);
        assertThat(calibration.ratio(new ModelName("tiny"))).isBetween(0.5, 0.55);
        assertThat(calibration.ratio(new ModelName("none"))).isEqualTo(1);
    }
}
