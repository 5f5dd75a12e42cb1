package dev.fresnel.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.value.TenantId;
import org.junit.jupiter.api.Test;

final class HistoryTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId OTHER = new TenantId("other");

    private final History history = new History(20);

    @Test
    void trustsAMeanMore_theMoreItIsMadeOf() {
        History.Key key = new History.Key(ACME, 1);
        assertThat(history.residual(key)).isZero();

        history.learn(key, 1);
        assertThat(history.residual(key)).isCloseTo(1 / 4.0, within(1e-12));
        history.learn(key, 0);
        assertThat(history.residual(key)).isCloseTo(0.5 * 2 / 5, within(1e-12));
    }

    @Test
    void forgetsWhatIsLongAgo() {
        History.Key key = new History.Key(ACME, 1);
        for (int i = 0; i < 1000; i++) {
            history.learn(key, 1);
        }
        for (int i = 0; i < 60; i++) {
            history.learn(key, -1);
        }

        assertThat(history.residual(key)).isLessThan(-0.7);
    }

    @Test
    void keepsTheKeysThatWereLearnedLast_andNoneOfAnotherTenantsIsPushedOut() {
        History.Key theirs = new History.Key(OTHER, 1);
        history.learn(theirs, 1);
        for (int i = 0; i < History.KEYS_PER_TENANT; i++) {
            history.learn(new History.Key(ACME, i), 1);
        }
        history.learn(new History.Key(ACME, 0), 1);
        history.learn(new History.Key(ACME, -1), 1);

        assertThat(history.size()).isEqualTo(History.KEYS_PER_TENANT + 1);
        assertThat(history.trust(new History.Key(ACME, 0)))
                .as("learned of again")
                .isPositive();
        assertThat(history.trust(new History.Key(ACME, 1))).as("the oldest").isZero();
        assertThat(history.trust(theirs)).isPositive();
    }
}
