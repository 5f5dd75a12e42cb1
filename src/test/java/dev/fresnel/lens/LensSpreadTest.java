package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.value.ModelName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LensSpreadTest {
    @Test
    void leansMuch_whenTasksAreAlike_andLittle_whenTheyAreNot() {
        assertThat(LensSpread.of(tasks(60, 0.7, 0.7)).lean("bare/cheap")).isGreaterThan(60);
        // Half at .3 and half at .9: variance .09 of .24, a Beta mass of 1.7.
        assertThat(LensSpread.of(tasks(60, 0.3, 0.9)).lean("bare/cheap")).isLessThan(4);
    }

    @Test
    void leansSomewhat_whenFewTasksAreKnown() {
        assertThat(LensSpread.of(tasks(4, 0.1, 0.9)).lean("bare/cheap"))
                .isEqualTo(LensSpread.UNKNOWN.lean("bare/cheap"))
                .isBetween(5.0, 50.0);
        assertThat(LensSpread.of(List.of()).lean("direct")).isEqualTo(LensSpread.UNKNOWN.lean("direct"));
    }

    private static List<LensCounts> tasks(int count, double even, double odd) {
        SplittableRandom chance = new SplittableRandom(5);
        List<LensCounts> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LensUse bare = new LensUse(
                    LensFixtures.key("acme", "k" + i), Optional.empty(), Optional.of(new ModelName("cheap")));
            LensCounts counts = LensCounts.NONE;
            for (int answer = 0; answer < 40; answer++) {
                boolean right = chance.nextDouble() < (i % 2 == 0 ? even : odd);
                counts = counts.plus(LensRecord.own(bare, Tally.of(right ? 1 : 0, 1)));
            }
            tasks.add(counts);
        }
        return tasks;
    }
}
