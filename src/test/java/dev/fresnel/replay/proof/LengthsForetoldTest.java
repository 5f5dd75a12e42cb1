package dev.fresnel.replay.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fresnel.estimate.LengthBand;
import dev.fresnel.replay.data.AnswerLengths;
import dev.fresnel.replay.data.AnswerLengths.Prompt;
import dev.fresnel.replay.rule.Baselines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A proof is worth what it refuses. */
class LengthsForetoldTest {
    @Test
    void holdsWhereWordsTellTheLength() {
        Verdict verdict = new LengthsForetold().run(bench(true));

        assertThat(missed(verdict)).noneMatch(what -> what.contains("AUC") || what.contains("error /"));
        assertThat(verdict.tables()).hasSize(6);
    }

    @Test
    void refusesLengths_thatNothingTells() {
        Verdict verdict = new LengthsForetold().run(bench(false));

        assertThat(verdict.holds()).isFalse();
        assertThat(missed(verdict)).contains("alpaca-eval, cold: AUC above 500");
    }

    @Test
    void scoresByHand() {
        List<LengthStream.Asked> prompts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            prompts.add(LengthStream.Asked.of(
                    new Prompt("p" + i, "Task " + i, Prompt.Tools.NONE, Map.of("m", i < 20 ? 100L : 900L))));
        }
        List<LengthStream.Arrival> stream = LengthStream.cold(prompts, 1);
        // Right on every other prompt, 300 on the rest; half of the pairs are ordered, a quarter is not, a quarter
        // ties.
        LengthRule rule = arrival -> {
            boolean even = Integer.parseInt(arrival.asked().prompt().id().substring(1)) % 2 == 0;
            double told = even ? arrival.tokens() : 300;
            return new LengthBand(told / 2, told, told * 2);
        };

        LengthScore score = LengthScore.of(stream, rule);

        assertThat(score.mae()).isCloseTo((10 * 200 + 10 * 600) / 40.0, within(1e-9));
        assertThat(score.twofold()).isCloseTo(0.5, within(1e-9));
        assertThat(score.below()).isCloseTo(0.25, within(1e-9));
        assertThat(score.above()).isCloseTo(0.25, within(1e-9));
        assertThat(score.auc()).isCloseTo(0.25 + 0.25 + 0.25 + 0.5 * 0.25, within(1e-9));
    }

    private static List<String> missed(Verdict verdict) {
        return verdict.claims().stream()
                .filter(Predicate.not(Claim::isMet))
                .map(Claim::what)
                .toList();
    }

    private static Bench bench(boolean wordsTell) {
        return new Bench(
                name -> {
                    throw new AssertionError("P12 looks at lengths only");
                },
                name -> made(name, wordsTell),
                Path.of("no-recordings"),
                2,
                Baselines.random(),
                Baselines.random(),
                List.of(),
                () -> {
                    throw new AssertionError("P12 shares nothing");
                },
                () -> 0);
    }

    private static AnswerLengths made(String name, boolean wordsTell) {
        Random chance = new Random(3);
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            boolean big = i % 2 == 0;
            boolean longer = wordsTell ? big : chance.nextBoolean();
            prompts.add(new Prompt(
                    "p" + i,
                    (big ? "Paint zebra " : "Paint otter ") + i,
                    Prompt.Tools.NONE,
                    Map.of("m", longer ? 800L + i : 100L + i % 7)));
        }
        return new AnswerLengths(name, prompts, List.of(), "made");
    }
}
