package dev.fresnel.estimate;

import static dev.fresnel.estimate.Requests.asking;
import static dev.fresnel.estimate.Requests.messages;
import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JtokkitEstimatorTest {
    private static final int OVERHEAD = JtokkitEstimator.PER_MESSAGE + JtokkitEstimator.PER_REPLY;

    private final JtokkitEstimator estimator = new JtokkitEstimator();

    @ParameterizedTest
    @CsvSource({"hello world, 2", "'', 0", "你好，世界, 3", "Привет мир, 3", "<|endoftext|>, 7", "aaaaaaaaaaaaaaaa, 2"})
    void countsShortTextsExactly(String text, int tokens) {
        assertThat(estimator.inputTokens(asking(text))).isEqualTo(tokens + OVERHEAD);
    }

    @Test
    void countsEscapedTextAsTheTextItStandsFor() {
        long escaped = estimator.inputTokens(
                messages("{\"role\":\"user\",\"content\":\"\\u4f60\\u597d\\uff0c\\u4e16\\u754c\"}", ""));

        assertThat(escaped).isEqualTo(estimator.inputTokens(asking("你好，世界")));
    }

    @Test
    void addsToolsSchemaAndImages() {
        long plain = estimator.inputTokens(asking("look"));
        long tools = estimator.inputTokens(
                asking(
                        "look",
                        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"read_file\",\"description\":\"Reads one file\"}}]"));
        long schema = estimator.inputTokens(asking("look", "\"response_format\":{\"type\":\"json_object\"}"));
        long image = estimator.inputTokens(messages(
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"look\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,"
                        + "A".repeat(50_000) + "\"}}]}",
                ""));

        assertThat(tools).isGreaterThan(plain + 15);
        assertThat(schema).isGreaterThan(plain + 3);
        assertThat(image).as("an image's base64 text is not text").isEqualTo(plain + JtokkitEstimator.PER_IMAGE);
    }

    @Test
    void countsAnswersAndToolCallsInTheHistory() {
        String call = "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                + "\"function\":{\"name\":\"read_file\",\"arguments\":\"{\\\"path\\\":\\\"a.txt\\\"}\"}}]}";
        String user = "{\"role\":\"user\",\"content\":\"look\"}";

        long before = estimator.inputTokens(messages(user, ""));
        long after = estimator.inputTokens(messages(user + "," + call, ""));

        assertThat(after - before).isBetween(20L, 60L);
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000, 40_000, 400_000})
    void staysNearTheExactCount_whenALongTextIsSampled(int chars) {
        String text = prose(chars);
        int exact = Encodings.newLazyEncodingRegistry()
                .getEncoding(EncodingType.O200K_BASE)
                .countTokensOrdinary(text);

        assertThat(estimator.inputTokens(asking(text))).isCloseTo(exact, Percentage.withPercentage(8));
    }

    @Test
    void sumsManySmallMessages() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            many.append(i == 0 ? "" : ",").append("{\"role\":\"user\",\"content\":\"one two three four\"}");
        }

        assertThat(estimator.inputTokens(messages(many.toString(), "")))
                .isCloseTo(3000L * (4 + JtokkitEstimator.PER_MESSAGE), Percentage.withPercentage(15));
    }

    /** A run that no pre-tokeniser splits makes a naive encoder quadratic: the bound keeps it at a few kilobytes. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "=", " ", "\n", "字", "😀"})
    void survivesEndlessRepetition(String unit) {
        assertThat(estimator.inputTokens(asking(unit.repeat(100_000)))).isBetween(100L, 400_000L);
    }

    @Test
    void survivesLoneSurrogatesAndControlCharacters() {
        long tokens = estimator.inputTokens(
                messages("{\"role\":\"user\",\"content\":\"\\ud83d \\udc00 \\u0000\\u0007\"}", ""));

        assertThat(tokens).isGreaterThan(OVERHEAD);
    }

    @Test
    void neverReturnsLessThanOne_andSurvivesEmptyMessages() {
        assertThat(estimator.inputTokens(messages("", ""))).isPositive();
        assertThat(estimator.inputTokens(messages("{\"role\":\"user\",\"content\":null}", "")))
                .isPositive();
    }

    @Test
    void countsPlainTexts_afterPreloading() {
        estimator.preload();

        assertThat(estimator.textTokens("hello world")).isEqualTo(2);
    }

    private static String prose(int chars) {
        String[] words = {
            "the",
            "router",
            "writes",
            "a",
            "lens",
            "for",
            "every",
            "expensive",
            "question",
            "and",
            "caches",
            "it",
            "(see",
            "docs/lens.md)",
            "because",
            "tokens",
            "cost",
            "3.50",
            "dollars,",
            "roughly.\n"
        };
        Random random = new Random(7);
        StringBuilder text = new StringBuilder(chars);
        while (text.length() < chars) {
            text.append(words[random.nextInt(words.length)]).append(' ');
        }
        return text.toString();
    }
}
