package dev.fresnel.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.testing.TenantsApart;
import dev.fresnel.value.TenantId;
import java.util.OptionalInt;
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

    /** T4: an application or a task may be called the same by all tenants. */
    @Test
    void whatWasLearned_isItsTenantsOnly() {
        History last = new History(1);
        TenantsApart.cases(10_000)
                .folding(name -> Integer.toString(name.hashCode()))
                .hold(new TenantsApart.Memory() {
                    @Override
                    public void put(TenantId tenant, String name, int value) {
                        last.learn(new History.Key(tenant, name.hashCode()), value);
                    }

                    @Override
                    public OptionalInt find(TenantId tenant, String name) {
                        History.Key key = new History.Key(tenant, name.hashCode());
                        return last.trust(key) == 0
                                ? OptionalInt.empty()
                                : OptionalInt.of((int) Math.round(last.residual(key) / last.trust(key)));
                    }
                });
    }
}
