package dev.fresnel.savings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.value.Usd;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CounterfactualTest {
    private record Unit(Trial trial, double usd) {}

    private static Sums sums(List<Unit> units) {
        Sums.Building sums = new Sums.Building();
        for (Unit unit : units) {
            Tab tab = new Tab(StatementStoreContract.ACCOUNT, unit.trial());
            // In turns, which must make no difference.
            long nanos = Math.round(unit.usd() * 1e9);
            tab.pay(new Usd(nanos / 3), sums);
            tab.pay(Usd.ZERO, sums);
            tab.pay(new Usd(nanos - nanos / 3), sums);
        }
        return sums.built();
    }

    private static Trial control(double share, double expected) {
        return new Trial("m", Trial.Side.CONTROL, share, share, expected);
    }

    private static Trial delegated(double share, double expected) {
        return new Trial("m", Trial.Side.DELEGATED, share, share, expected);
    }

    /** Weighted by hand: 1 dollar with weight 2 and 4 dollars with weight 4 are 3 dollars in the mean, of 5 conversations. */
    @Test
    void weighsControlsByTheChanceTheyHad() {
        Sums sums = sums(List.of(
                new Unit(control(0.5, 1), 1),
                new Unit(control(0.25, 1), 4),
                new Unit(delegated(0.5, 1), 0.1),
                new Unit(delegated(0.25, 1), 0.1),
                new Unit(delegated(0.25, 1), 0.1)));

        assertThat(Counterfactual.ofControls(sums).dollars().orElseThrow().value())
                .isCloseTo(15, within(1e-9));
    }

    /** The same by the formulas' letters, conversation by conversation. */
    @Test
    void sumsSayWhatTheConversationsSay() {
        Random random = new Random(3);
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            double share = i % 2 == 0 ? 0.1 : 0.2;
            double expected = Math.exp(0.5 * random.nextGaussian());
            double usd = expected * (0.7 + 0.6 * random.nextDouble());
            units.add(
                    random.nextDouble() < share
                            ? new Unit(control(share, expected), usd)
                            : new Unit(delegated(share, expected), usd / 5));
        }
        List<Unit> controls =
                units.stream().filter(unit -> unit.trial().isControl()).toList();
        double n = controls.size();
        double w = 0;
        double wx = 0;
        double wy = 0;
        for (Unit unit : controls) {
            w += 1 / unit.trial().controlShare();
            wx += x(unit) / unit.trial().controlShare();
            wy += unit.usd() / unit.trial().controlShare();
        }
        double sxx = 0;
        double sxy = 0;
        for (Unit unit : controls) {
            double weight = 1 / unit.trial().controlShare();
            sxx += weight * Math.pow(x(unit) - wx / w, 2);
            sxy += weight * (x(unit) - wx / w) * (unit.usd() - wy / w);
        }
        double b = sxy / sxx;
        double a = (wy - b * wx) / w;
        double total = units.size() * a
                + b * units.stream().mapToDouble(CounterfactualTest::x).sum();
        double scale = units.size() / w;
        double variance = 0;
        double cubed = 0;
        double fourth = 0;
        double squares = 0;
        for (Unit unit : controls) {
            double e = unit.trial().controlShare();
            double r = scale * (unit.usd() - a - b * x(unit));
            variance += n / (n - 2) * (1 - e) / (e * e) * r * r;
            cubed += Math.pow(1 - e, 2) / Math.pow(e, 3) * Math.pow(r, 3);
            fourth += Math.pow((1 - e) / (e * e), 2) * Math.pow(r, 4);
            squares += 1 / (e * e);
        }
        double sigma = Math.sqrt(variance);
        double degrees = Math.min(n - 2, 2 / (fourth / (variance * variance) - squares / (w * w)));
        double t = StudentT.quantile975(degrees);
        double skew = 1.3 * cubed / Math.pow(sigma, 3);

        Range range = Counterfactual.ofControls(sums(units)).dollars().orElseThrow();

        assertThat(range.value()).isCloseTo(total, within(1e-6 * total));
        assertThat(range.low()).isCloseTo(total - sigma * hall(t, skew), within(1e-5 * total));
        assertThat(range.high()).isCloseTo(total - sigma * hall(-t, skew), within(1e-5 * total));
    }

    private static double x(Unit unit) {
        return Math.sqrt(unit.trial().expectedUsd());
    }

    private static double hall(double t, double skew) {
        return 3 / skew * (Math.cbrt(1 + skew * (t - skew / 6)) - 1);
    }

    @Test
    void knowsTheTotalExactly_whenEverythingCostsTheSame() {
        List<Unit> units = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            units.add(i % 2 == 0 ? new Unit(control(0.5, 2), 3) : new Unit(delegated(0.5, 2), 1));
        }

        Range range = Counterfactual.ofControls(sums(units)).dollars().orElseThrow();

        assertThat(range.value()).isCloseTo(600, within(1e-6));
        assertThat(range.width()).isLessThan(0.01);
    }

    @Test
    void qualityHasAWidth_whenEveryOutcomeIsGood() {
        Sums.Building sums = new Sums.Building();
        for (int i = 0; i < 50; i++) {
            Trial trial = control(0.02, 1);
            sums.begins(trial);
            sums.judged(trial);
            sums.rejudged(trial, 0, 1);
        }

        Range range = Counterfactual.ofControls(sums.built()).quality().orElseThrow();

        assertThat(range.value()).isEqualTo(1);
        // Wilson's for 50 of 50.
        assertThat(range.low()).isCloseTo(50 / (50 + 1.96 * 1.96), within(1e-4));
        assertThat(range.high()).isCloseTo(1, within(1e-9));
    }

    @Test
    void takesBackWhatWasSaidBefore() {
        Sums.Building sums = new Sums.Building();
        Trial trial = control(0.1, 1);
        sums.judged(trial);
        sums.rejudged(trial, 0, 1);
        sums.rejudged(trial, 1, 0.25);
        Sums.Building once = new Sums.Building();
        once.judged(trial);
        once.rejudged(trial, 0, 0.25);

        StatementStoreContract.same(sums.built(), once.built());
    }
}
