package dev.fresnel.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.savings.StudentT;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class IntervalTest {
    @Test
    void meanAndHalfWidth_areTheHandComputedOnes() {
        Interval interval = Interval.of(1, 2, 3, 4);

        // s^2 = 5/3, standard error = sqrt(5/3/4) = .6455, t(3) = 3.1824.
        assertThat(interval.mean()).isEqualTo(2.5);
        assertThat(interval.half()).isCloseTo(3.1824 * 0.6454972, within(1e-6));
        assertThat(interval.text(2)).isEqualTo("2.50 ± 2.05");
    }

    @Test
    void widthIsUnknown_whenThereIsOneValue() {
        assertThat(Interval.of(3).half()).isNaN();
        assertThat(Interval.of(3).text(1)).isEqualTo("3.0");
    }

    @Test
    void quantiles_areThoseOfTheTables() {
        assertThat(StudentT.quantile975(1)).isCloseTo(12.7062, within(1e-4));
        assertThat(StudentT.quantile975(11)).isCloseTo(2.2010, within(2e-4));
        assertThat(StudentT.quantile975(19)).isCloseTo(2.0930, within(1e-4));
        assertThat(StudentT.quantile975(60)).isCloseTo(2.0003, within(1e-4));
        assertThat(StudentT.quantile975(1_000_000)).isCloseTo(1.95997, within(1e-4));
        assertThatThrownBy(() -> StudentT.quantile975(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void holdsTheTruth_in95PercentOfSamples() {
        SplittableRandom chance = new SplittableRandom(1);
        int held = 0;
        for (int sample = 0; sample < 4000; sample++) {
            double[] values = new double[8];
            for (int i = 0; i < values.length; i++) {
                values[i] = 3 + chance.nextGaussian();
            }
            held += Interval.of(values).contains(3) ? 1 : 0;
        }

        assertThat(held / 4000.0).isCloseTo(0.95, within(0.011));
    }

    @Test
    void shareHasWidth_evenWhenNothingWasHit() {
        // Wilson, 0 of 100: upper end z^2/(n+z^2) = .037.
        assertThat(Interval.ofShare(0, 100).high()).isCloseTo(0.0370, within(1e-4));
        assertThat(Interval.ofShare(50, 100).half()).isCloseTo(0.0962, within(1e-3));
    }

    @Test
    void ratioIsOfTheMeans_withTheWidthOfTheResiduals() {
        Interval ratio = Seeds.ratio(List.of(2.0, 4.0), List.of(1.0, 3.0), v -> v);

        // 3/2; residuals (2 - 1.5, 4 - 4.5)/2 = +-.25, standard error .25, t(1) = 12.7062.
        assertThat(ratio.mean()).isEqualTo(1.5);
        assertThat(ratio.half()).isCloseTo(12.7062 * 0.25, within(1e-4));
    }
}
