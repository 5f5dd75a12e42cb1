package dev.fresnel.budget;

import static dev.fresnel.budget.PriceTest.price;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.budget.CostModel.LensSize;
import dev.fresnel.budget.CostModel.Work;
import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;
import org.junit.jupiter.api.Test;

/** The money of RFC-137, as it is printed there and with the output prices it left out. */
final class CostModelTest {
    private static final CostModel NO_ESCALATION = new CostModel(0, 1);

    @Test
    void reproducesTheRfcs92Percent_whenInputPricesAreUsedForOutput() {
        Price opus = price("15", "15", "15");
        Price haiku = price("0.25", "0.25", "0.25");

        Savings savings = Savings.of(
                opus, haiku, Usage.of(0, 14_000), 0, CostModel.lens(opus, new LensSize(0, 1000, 0)), Usd.ZERO);
        Usd baseline = CostModel.direct(opus, new Work(0, 15_000));

        assertThat(baseline).hasToString("0.225");
        assertThat(savings.actual()).hasToString("0.0185");
        assertThat(share(baseline, savings.actual())).isCloseTo(0.92, within(0.005));
    }

    @Test
    void keeps91Percent_whenOutputAndLensInputArePriced() {
        Price opus = price("15", "1.5", "75");
        Price haiku = price("0.25", "0.03", "1.25");
        LensSize lens = new LensSize(650, 1000, 0);

        Usd baseline = CostModel.direct(opus, new Work(0, 15_000));
        Usd delegated = CostModel.lens(opus, lens)
                .plus(NO_ESCALATION.execution(haiku, new Work(0, 14_000), lens.writtenTokens()));

        assertThat(baseline).hasToString("1.125");
        assertThat(dollars(delegated)).isCloseTo(0.1025, within(0.001));
        assertThat(share(baseline, delegated)).isCloseTo(0.91, within(0.005));
    }

    @Test
    void spreadsTheLensOverItsUses_andNeverBelowOne() {
        assertThat(CostModel.perUse(new Usd(10), 3)).isEqualTo(new Usd(3));
        assertThat(CostModel.perUse(new Usd(10), 0.5)).isEqualTo(new Usd(10));
    }

    @Test
    void addsTheShareOfEscalations() {
        assertThat(CostModel.DEFAULT.escalations(new Usd(1000))).isEqualTo(new Usd(100));
    }

    @Test
    void scalesTheWorkersOutputByItsVerbosity() {
        Usd cost = new CostModel(0, 1.5).execution(price("0", "0", "1"), new Work(0, 1_000_000), 0);

        assertThat(cost).hasToString("1.50");
    }

    @Test
    void refusesParametersOutsideTheirRange() {
        assertThatThrownBy(() -> new CostModel(1.1, 1)).hasMessageContaining("probability");
        assertThatThrownBy(() -> new CostModel(Double.NaN, 1)).hasMessageContaining("probability");
        assertThatThrownBy(() -> new CostModel(0, 0)).hasMessageContaining("ratio");
    }

    @Test
    void takesTheLensOutOfTheCounterfactualInput() {
        Price requested = price("10", "1", "10");
        Price worker = price("1", "0.1", "1");

        Savings savings =
                Savings.of(requested, worker, new Usage(1700, 1000, 100, 0), 700, new Usd(2_000_000), new Usd(500_000));

        assertThat(savings.counterfactual())
                .as("1000 tokens of input, all of them cached, 100 of output")
                .isEqualTo(requested.of(new Usage(1000, 1000, 100, 0)));
        assertThat(savings.execution()).isEqualTo(worker.of(new Usage(1700, 1000, 100, 0)));
        assertThat(savings.actual()).isEqualTo(savings.execution().plus(new Usd(2_500_000)));
    }

    @Test
    void savingIsNegative_whenTheLensCostsMoreThanItSaves() {
        Price requested = price("2.5", "1.25", "10");
        Price worker = price("0.15", "0.075", "0.6");

        Savings savings = Savings.of(requested, worker, Usage.of(720, 30), 700, new Usd(8_625_000), Usd.ZERO);

        assertThat(savings.saved()).isLessThan(Usd.ZERO);
        assertThat(savings.share()).isNegative();
    }

    @Test
    void shareIsZero_whenTheCounterfactualIsFree() {
        assertThat(new Savings(Usd.ZERO, new Usd(5), Usd.ZERO, Usd.ZERO).share())
                .isZero();
    }

    private static double share(Usd baseline, Usd delegated) {
        return dollars(baseline.minus(delegated)) / dollars(baseline);
    }

    private static double dollars(Usd amount) {
        return amount.nanos() / 1e9;
    }
}
