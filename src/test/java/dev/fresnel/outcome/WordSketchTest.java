package dev.fresnel.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordSketchTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a b c d e           | a b c d e            | 1
            A, b. C-d (e)       | e d c b a a a        | 1
            a b c d e           | a b c d f            | 0.6667
            a b c d e           | v w x y z            | 0
            schreibe über é 1 2 | Schreibe ÜBER É 1 3  | 0.6667
            写一个日志解析器        | 写一个日志解析           | 0.875
            """)
    void tellsWhatTwoTextsHaveInCommon(String one, String other, double similarity) {
        assertThat(WordSketch.of(one).similarity(WordSketch.of(other)).orElseThrow())
                .isCloseTo(similarity, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            yes                 | yes
            a b c d             | a b c d e
            ``                  | a b c d e
            """)
    void saysNothing_whereThereAreTooFewWords(String one, String other) {
        assertThat(WordSketch.of(one).similarity(WordSketch.of(other))).isEmpty();
    }

    /** Bounded: of long texts an estimate is left. */
    @Test
    void estimates_whereThereAreManyWords() {
        WordSketch one = WordSketch.of(words(0, 3000));

        assertThat(one.similarity(WordSketch.of(words(0, 3000)))).hasValue(1);
        assertThat(one.similarity(WordSketch.of(words(1000, 4000))).orElseThrow())
                .isCloseTo(0.5, within(0.13));
        assertThat(one.similarity(WordSketch.of(words(5000, 8000))).orElseThrow())
                .isLessThan(0.05);
        assertThat(one.similarity(WordSketch.of(words(0, 50))).orElseThrow()).isLessThan(0.1);
    }

    private static String words(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "word" + i).collect(Collectors.joining(" "));
    }
}
