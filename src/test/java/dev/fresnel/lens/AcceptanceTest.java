package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AcceptanceTest {
    private final Acceptance acceptance = new Acceptance();

    @Test
    void acceptsNothing_beforeAnythingIsKnown() {
        assertThat(acceptance.lowerBound(1.0)).isLessThan(0.95);
    }

    @Test
    void acceptsWhatHasShownToBeAsGood_andRefusesWhatHasNot() {
        for (int i = 0; i < 60; i++) {
            acceptance.heard(0.95, Tally.of(1, 1), 0.99);
            acceptance.heard(0.82, Tally.of(i % 2, 1), 0.99);
        }

        assertThat(acceptance.lowerBound(0.97)).isGreaterThanOrEqualTo(0.95);
        assertThat(acceptance.lowerBound(0.82)).isLessThan(0.7);
    }

    @Test
    void judgesAgainstTheLensesOwnQuality() {
        for (int i = 0; i < 300; i++) {
            acceptance.heard(0.95, Tally.of(i % 10 < 7 ? 1 : 0, 1), 0.7);
        }

        assertThat(acceptance.lowerBound(0.95))
                .as("as good as its own seven in ten")
                .isGreaterThan(0.9);
    }

    @Test
    void revisionsAddUpToWhatStands() {
        Acceptance plain = new Acceptance();
        plain.heard(0.9, Tally.of(0, 1), 0.8);
        acceptance.heard(0.9, Tally.of(1, 0.15), 0.8);
        acceptance.heard(0.9, Tally.of(0, 1).minus(Tally.of(1, 0.15)), 0.8);

        assertThat(acceptance.lowerBound(0.9)).isCloseTo(plain.lowerBound(0.9), within(1e-9));
    }
}
