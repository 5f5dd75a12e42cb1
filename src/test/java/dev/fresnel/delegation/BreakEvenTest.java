package dev.fresnel.delegation;

import static dev.fresnel.delegation.World.price;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.CostModel.LensSize;
import dev.fresnel.budget.Price;
import dev.fresnel.value.Usd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BreakEvenTest {
    private static final Price OPUS = price("5", "0.5", "25");
    private static final Price HAIKU = price("1", "0.1", "5");
    private static final Price GPT = price("1.25", "0.125", "10");
    private static final Price MINI = price("0.25", "0.025", "2");
    /** A lens of 700 tokens, written from a prompt of 650. */
    private static final LensSize LENS = new LensSize(650, 700, 0);

    @ParameterizedTest(name = "{0} uses, f = {1}: {2} tokens")
    @CsvSource({"1, 0.1, 1166", "3, 0.1, 375", "20, 0.1, 39", "1, 0.3, 1656"})
    void isShorter_whenMoreUsesShareTheLens(double uses, double escalation, double tokens) {
        BreakEven found = of(OPUS, HAIKU, 300, uses, new CostModel(escalation, 1));

        assertThat(((BreakEven.Above) found).tokens()).isCloseTo(tokens, within(1.0));
        assertThat(found.text()).endsWith(" tokens");
    }

    @ParameterizedTest
    @CsvSource({"1, 1104", "3, 360", "20, 43"})
    void isComputedFromPrices_notFromAModelName(double uses, double tokens) {
        BreakEven found = of(GPT, MINI, 300, uses, CostModel.DEFAULT);

        assertThat(((BreakEven.Above) found).tokens()).isCloseTo(tokens, within(1.0));
    }

    @Test
    void isAlwaysReached_whenTheCheaperInputAlonePays() {
        BreakEven found = of(OPUS, HAIKU, 4000, 3, CostModel.DEFAULT);

        assertThat(found).isEqualTo(new BreakEven.Always());
        assertThat(found.isPassedBy(0)).isTrue();
        assertThat(found.text()).isEqualTo("always");
    }

    @Test
    void isNeverReached_whenTheWorkersOutputIsNotCheaper() {
        BreakEven found = of(HAIKU, OPUS, 300, 3, CostModel.DEFAULT);

        assertThat(found).isEqualTo(new BreakEven.Never());
        assertThat(found.isPassedBy(1_000_000)).isFalse();
        assertThat(found.text()).isEqualTo("never");
    }

    @Test
    void isLonger_whenAPromptCacheIsLostOrTheWorkerIsWordy() {
        double plain = ((BreakEven.Above) of(OPUS, HAIKU, 300, 3, CostModel.DEFAULT)).tokens();
        BreakEven.Terms lossy =
                new BreakEven.Terms(OPUS, HAIKU, CostModel.lens(OPUS, LENS), 3, 300, 1000, new Usd(1_750_000));

        assertThat(((BreakEven.Above) BreakEven.of(lossy, CostModel.DEFAULT)).tokens())
                .isCloseTo(plain + 100, within(0.001));
        assertThat(((BreakEven.Above) of(OPUS, HAIKU, 300, 3, new CostModel(0.1, 2))).tokens())
                .isGreaterThan(plain);
    }

    @Test
    void isPassedStrictly() {
        assertThat(new BreakEven.Above(375).isPassedBy(375)).isFalse();
        assertThat(new BreakEven.Above(375).isPassedBy(376)).isTrue();
    }

    private static BreakEven of(Price requested, Price worker, long input, double uses, CostModel model) {
        return BreakEven.of(
                new BreakEven.Terms(
                        requested, worker, CostModel.lens(requested, LENS), uses, input, input + 700, Usd.ZERO),
                model);
    }
}
