package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FoldedTextTest {
    private static final String[] BITS = {
        "Make", "FILES", " ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u0000", "\u001c", "é", "É", "ß", "×", "²", "ª",
        "e", "\u0301", "ﬁ", "Ｍ", "İ", "\u212a", "Σ", "字", "😀", "한", "\u1100", "\u1161", "ü", "ÿ", "-"
    };

    /** The long way round: everything normalised first, then code point by code point. */
    @Test
    void equalsTheTextFoldedTheLongWay() {
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            String text = text(random);

            assertThat(FoldedText.of(text)).hasToString(folded(text));
        }
    }

    @Test
    void growsWithTextsLongerInUtf8() {
        String text = "字".repeat(10_000) + "ü".repeat(10_000);

        assertThat(FoldedText.of(text)).hasToString(text);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            text.append(BITS[random.nextInt(BITS.length)]);
        }
        return text.toString();
    }

    private static String folded(String text) {
        StringBuilder out = new StringBuilder();
        Normalizer.normalize(text, Normalizer.Form.NFKC).codePoints().forEach(c -> {
            if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                out.append(out.isEmpty() || out.charAt(out.length() - 1) == ' ' ? "" : " ");
            } else {
                out.appendCodePoint(Character.toLowerCase(c));
            }
        });
        return out.toString().endsWith(" ") ? out.substring(0, out.length() - 1) : out.toString();
    }
}
