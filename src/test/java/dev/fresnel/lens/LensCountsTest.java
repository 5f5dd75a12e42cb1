package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LensCountsTest {
    @Test
    void readsWhatItWrote() {
        LensCounts counts =
                LensCounts.of("with/0123456789abcdef/openai/gpt x/n", 3).plus(LensCounts.of("direct/r", -12));

        assertThat(counts.text()).isEqualTo("direct/r -12\nwith/0123456789abcdef/openai/gpt_x/n 3\n");
        assertThat(LensCounts.parse(counts.text())).contains(counts);
        assertThat(LensCounts.parse("")).contains(LensCounts.NONE);
    }

    @Test
    void readsNothing_whenTheTextIsNone() {
        for (String text :
                new String[] {"garbage", "x 1.5\n", "x 99999999999999999999\n", " 1\n", "x NaN\n", "x".repeat(20_000)
                }) {
            assertThat(LensCounts.parse(text)).as(text).isEmpty();
        }
    }

    @Test
    void leavesOutWhatHasBecomeZero() {
        assertThat(LensCounts.of("a", 2).plus(LensCounts.of("a", -2))).isEqualTo(LensCounts.NONE);
    }

    @Test
    void addsInAnyOrder() {
        LensCounts a = LensCounts.of("x", 1).plus(LensCounts.of("y", 5));
        LensCounts b = LensCounts.of("x", -3);
        LensCounts c = LensCounts.of("z", 7);

        assertThat(a.plus(b).plus(c)).isEqualTo(c.plus(b.plus(a)));
    }
}
