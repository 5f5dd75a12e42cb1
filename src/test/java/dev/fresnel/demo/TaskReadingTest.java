package dev.fresnel.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskReadingTest {
    @Test
    void findsPartsVerbsAndDemands_inTheRfcsExample() {
        TaskReading read = TaskReading.of(
                "Generate CRUD endpoints for 5 entities: customer, product, order, invoice and"
                        + " shipment. Every endpoint must validate its input and answer errors as RFC 9457 problem details.");

        assertThat(read.things()).containsExactly("customer", "product", "order", "invoice", "shipment");
        assertThat(read.actions()).containsExactly("create", "read", "update", "delete", "list");
        assertThat(read.demands()).singleElement().asString().startsWith("Every endpoint must validate");
        assertThat(read.names()).contains("RFC 9457");
    }

    @Test
    void numbersTheParts_whenOnlyACountIsGiven() {
        assertThat(TaskReading.of("Generate CRUD endpoints for five entities").things())
                .containsExactly("entity 1", "entity 2", "entity 3", "entity 4", "entity 5");
    }

    @Test
    void takesTheLines_whenTheTaskIsAList() {
        assertThat(TaskReading.of("Document these:\n- the parser\n- the printer\n1. lexer")
                        .things())
                .containsExactly("parser", "printer", "lexer");
    }

    @Test
    void keepsFileNamesWhole() {
        assertThat(TaskReading.of("Refactor parser.py, src/lexer.py and printer.py to use dataclasses.")
                        .things())
                .containsExactly("parser.py", "src/lexer.py", "printer.py");
    }

    @Test
    void findsNothingToDo_inSmallTalk() {
        TaskReading read = TaskReading.of("Hi! How are you today?");

        assertThat(read.hasParts()).isFalse();
        assertThat(read.actions()).isEmpty();
        assertThat(read.goal()).isEqualTo("How are you today?");
    }

    /** Each of these makes some naive pattern recurse without end or take the square of the length. */
    @ParameterizedTest
    @ValueSource(
            strings = {"abc def, ", "abc-def-ghi", "a.b/", "a_", " ", "\n", "- ", "1. a\n", "Aa ", "`", "two of, "})
    void readsWhateverIsRepeatedForEver(String part) {
        TaskReading read = TaskReading.of(part.repeat(16_000 / part.length() + 1));

        assertThat(read.things().size()).isLessThanOrEqualTo(20);
    }

    @Test
    void staysBounded_whenTheTextIsHuge() {
        TaskReading read = TaskReading.of("Write a, bb, cc, dd and ee. ".repeat(50_000));

        assertThat(read.things().size()).isLessThanOrEqualTo(20);
        assertThat(read.demands().size()).isLessThanOrEqualTo(6);
    }
}
