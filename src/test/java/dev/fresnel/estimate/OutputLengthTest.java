package dev.fresnel.estimate;

import static dev.fresnel.estimate.Requests.asking;
import static dev.fresnel.estimate.Requests.messages;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.chat.ChatRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OutputLengthTest {
    private final JtokkitEstimator tokens = new JtokkitEstimator();
    private final OutputLength length = new OutputLength();

    @ParameterizedTest(name = "{0}")
    @CsvSource(quoteCharacter = '"', textBlock = """
            Generate CRUD endpoints for 5 entities, 7500, 22500
            Scaffold a CRUD API for the shop, 1500, 6000
            Implement 12 REST endpoints with tests, 4000, 12000
            Write five test files for the parser, 2500, 6000
            "Refactor these modules: split 4 services", 2500, 8000
            Write a 500-word essay about tides, 550, 850
            Write a 2k words essay about tides, 2300, 3200
            Give me five bullet points on tides, 100, 260
            Explain tides in one sentence, 15, 50
            Write three paragraphs about tides, 250, 450
            Write a 10 page report on tides, 4000, 8000
            Draft a haiku of three lines, 20, 80
            hi, 5, 60
            Thanks a lot!, 5, 60
            你好, 5, 60
            Is 17 prime? Answer yes or no., 5, 60
            Classify the sentiment of this review: it was fine, 5, 60
            Translate to German: where is the station?, 30, 200
            Summarize the article below., 80, 300
            "Explain how tides work, step by step", 250, 800
            Write a Python script that parses a log file, 250, 800
            What is the capital of France?, 60, 300
            Erkläre mir die Gezeiten, 100, 400
            写一篇关于潮汐的文章, 100, 600
            "", 100, 400
            """)
    void estimatesByWhatIsAsked(String task, long atLeast, long atMost) {
        OutputEstimate estimate = estimate(asking(task));

        assertThat(estimate.l50()).isBetween(atLeast, atMost);
        assertThat(estimate.l90()).isGreaterThanOrEqualTo(estimate.l50());
    }

    @Test
    void doesNotTakePromptLengthForOutputLength() {
        String question = "What is the main point of this text?\n";

        long brief = estimate(asking(question + "The tide rises. ".repeat(3))).l50();
        long pasted = estimate(asking(question + "The tide rises and falls. ".repeat(800)))
                .l50();

        assertThat(pasted).isBetween(brief / 2, brief * 2);
    }

    @Test
    void ignoresNumbersThatDescribeWhatIsThere() {
        long plain = estimate(asking("What is wrong with this log?")).l50();

        assertThat(estimate(asking("What is wrong with the last 5000 lines of this log?"))
                        .l50())
                .isBetween(plain * 9 / 10, plain);
        assertThat(estimate(asking("There are 40 files here. Write a summary.")).l50())
                .isLessThan(500);
    }

    @Test
    void ignoresVersionsAndDecimals() {
        assertThat(estimate(asking("Create a class for version 3.5 files")).l50())
                .isLessThan(900);
    }

    @Test
    void isBoundedByTheClientsCap() {
        OutputEstimate capped = estimate(asking("Generate CRUD endpoints for 5 entities", "\"max_tokens\":1000"));

        assertThat(capped).isEqualTo(new OutputEstimate(1000, 1000));
    }

    @Test
    void multipliesByTheNumberOfChoices() {
        OutputEstimate one = estimate(asking("Explain tides"));
        OutputEstimate three = estimate(asking("Explain tides", "\"n\":3"));

        assertThat(three.l50()).isEqualTo(3 * one.l50());
        assertThat(three.l90()).isEqualTo(3 * one.l90());
    }

    @Test
    void surviveAbsurdCapsAndChoices() {
        OutputEstimate absurd =
                estimate(asking("Generate 999999 files", "\"n\":2147483647,\"max_tokens\":9223372036854775807"));

        assertThat(absurd.l50()).isPositive();
        assertThat(absurd.l90()).isGreaterThanOrEqualTo(absurd.l50());
    }

    @Test
    void expectsLess_whenASchemaNamesTheFields() {
        String task = "Explain how tides work";

        long prose = estimate(asking(task)).l50();
        long fields = estimate(
                        asking(
                                task,
                                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"t\",\"schema\":{}}}"))
                .l50();

        assertThat(fields).isLessThan(prose);
    }

    @Test
    void expectsAShortTurn_insideAToolLoop() {
        String loop = "{\"role\":\"user\",\"content\":\"Generate CRUD endpoints for 5 entities\"},"
                + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                + "\"function\":{\"name\":\"ls\",\"arguments\":\"{}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"a b c\"}";

        assertThat(estimate(messages(loop, "")).l50()).isLessThan(300);
    }

    @Test
    void expectsAShortTurn_inALaterTurnOfAnAgent() {
        String history = "{\"role\":\"user\",\"content\":\"hello\"},{\"role\":\"assistant\",\"content\":\"hi\"},"
                + "{\"role\":\"user\",\"content\":\"Explain step by step how the whole build works\"}";
        String tools = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"ls\"}}]";

        assertThat(estimate(messages(history, tools)).l50()).isLessThan(300);
    }

    @Test
    void answersEnumeratedOrdersOneByOne() {
        String items = "\n1. users\n2. orders\n3. invoices\n4. refunds\n5. carts\n6. stock\n7. mail\n8. search";

        long made =
                estimate(asking("Write a short design for each of:" + items)).l50();
        long read = estimate(asking("Which of these is oldest?" + items)).l50();

        assertThat(made).isGreaterThanOrEqualTo(700);
        assertThat(read).isLessThan(400);
    }

    @Test
    void seesTheOrder_whenItStandsBehindALongPaste() {
        String paste = "2026-01-01 INFO request done in 12 ms\n".repeat(2000);

        assertThat(estimate(asking(paste + "Summarize this in one sentence.")).l50())
                .isLessThan(60);
    }

    @Test
    void survivesHostileTexts() {
        for (String unit : List.of("a ", "1. ", "5 ", "create ", "((((", "five very ", "\n- ", "- 5 very full ")) {
            assertThat(estimate(asking(unit.repeat(20_000))).l90()).isPositive();
        }
    }

    @Test
    void refusesUnorderedQuantiles() {
        assertThatThrownBy(() -> new OutputEstimate(5, 4)).hasMessageContaining("ordered");
    }

    private OutputEstimate estimate(ChatRequest request) {
        return length.estimate(request, tokens.inputTokens(request));
    }
}
