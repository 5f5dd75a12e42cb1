package dev.fresnel.replay.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.Price;
import dev.fresnel.replay.data.AnswerLengths;
import dev.fresnel.replay.data.AnswerLengths.Prompt;
import dev.fresnel.replay.proof.LensMarket.Request;
import dev.fresnel.replay.rule.Baselines;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class LensMarketTest {
    /** 5 and 25 against 1 and 5 dollars per million tokens; nothing comes back. */
    private static final LensMarket MARKET = new LensMarket(price("5", "25"), price("1", "5"), new CostModel(0, 1));

    // 150 tokens in, 1000 out: direct 0.02575, with the lens 0.00585; the lens costs 0.02.
    private static final double DIRECT = 0.02575;
    private static final double GUIDED = 0.00585;
    private static final double LENS = 0.02;

    @Test
    void pricesEveryWayByHand() {
        List<Request> three = requests(3, 1000);

        assertThat(MARKET.direct(three).dollars()).isCloseTo(3 * DIRECT, within(1e-9));
        assertThat(MARKET.rfc(three).dollars()).isCloseTo(LENS + 3 * GUIDED, within(1e-9));
        assertThat(MARKET.oracle(three).dollars()).isCloseTo(LENS + 3 * GUIDED, within(1e-9));
        assertThat(MARKET.knowing(three).dollars()).isCloseTo(LENS + 3 * GUIDED, within(1e-9));
        // 0.0199 saved is less than 0.02: the second makes the lens due, the third uses it.
        assertThat(MARKET.savingUp(three).dollars()).isCloseTo(2 * DIRECT + LENS + GUIDED, within(1e-9));
    }

    @Test
    void writesNoLens_forAnAnswerThatDoesNotRepayIt() {
        List<Request> one = requests(1, 1000);

        assertThat(MARKET.knowing(one).dollars()).isCloseTo(DIRECT, within(1e-9));
        assertThat(MARKET.savingUp(one).dollars()).isCloseTo(DIRECT, within(1e-9));
        assertThat(MARKET.oracle(one).dollars()).isCloseTo(DIRECT, within(1e-9));
        assertThat(MARKET.assuming(one, 3).dollars()).isCloseTo(LENS + GUIDED, within(1e-9));
    }

    @Test
    void waitsForTheLens_whenOneAnswerRepaysIt() {
        assertThat(MARKET.savingUp(requests(1, 4000)).dollars())
                .isLessThan(MARKET.direct(requests(1, 4000)).dollars());
    }

    @Test
    void knowsHowManyUsesAreLeft() {
        // Expected to be short at first, long at last: then it is too late for a lens.
        List<Request> late =
                List.of(new Request(1, 2, 150, 10, 1000, false), new Request(1, 2, 150, 1000, 1000, false));

        assertThat(MARKET.knowing(late).dollars()).isCloseTo(2 * DIRECT, within(1e-9));
        assertThat(MARKET.assuming(late, 2).dollars()).isCloseTo(DIRECT + LENS + GUIDED, within(1e-9));
    }

    /** The whole proof on made lengths: short answers that come once must be found not to be worth a lens. */
    @Test
    void refusesLengths_thatCannotRepayALens() {
        Verdict verdict = new LensRepaid().run(bench(30));

        assertThat(missed(verdict)).contains("alpaca-eval, 20 times: % of the oracle's saving");
        assertThat(missed(new LensRepaid().run(bench(3000))))
                .doesNotContain("alpaca-eval, 20 times: % of the oracle's saving");
    }

    private static List<String> missed(Verdict verdict) {
        return verdict.claims().stream()
                .filter(Predicate.not(Claim::isMet))
                .map(Claim::what)
                .toList();
    }

    private static Bench bench(long tokens) {
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            prompts.add(new Prompt("p" + i, "Describe town " + i, Prompt.Tools.NONE, Map.of("m", tokens)));
        }
        return new Bench(
                name -> {
                    throw new AssertionError("P13 looks at lengths only");
                },
                name -> new AnswerLengths(name, prompts, List.of(), "made"),
                Path.of("no-recordings"),
                2,
                Baselines.random(),
                Baselines.random(),
                List.of(),
                () -> {
                    throw new AssertionError("P13 shares nothing");
                },
                () -> 0);
    }

    private static List<Request> requests(int count, long tokens) {
        return Collections.nCopies(count, new Request(1, count, 150, tokens, tokens, true));
    }

    private static Price price(String input, String output) {
        Usd in = Usd.of(new BigDecimal(input));
        return new Price(in, in, Usd.of(new BigDecimal(output)));
    }
}
