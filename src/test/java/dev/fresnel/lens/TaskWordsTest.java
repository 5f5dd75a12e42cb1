package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TaskWordsTest {
    @Test
    void putsTypesInPlaceOfWhatDiffersBetweenInstances() {
        assertThat(TaskWords.of(
                                "Rename \"Foo Bar\" in src/app/Main.java, see https://x.io/a?b=1, order 3f2a9c41d0 at 12.5%")
                        .template())
                .containsExactly(
                        "rename", "<quote>", "in", "<path>", "see", "<url>", "order", "<id>", "at", "<number>");
    }

    @Test
    void isTheSameForInstancesOfOneTemplate_andNotForAnotherTask() {
        TaskWords one = TaskWords.of("Write CRUD endpoints for 5 entities into src/a.ts");
        TaskWords two = TaskWords.of("Write  crud endpoints for 12 entities into lib/b.ts");

        assertThat(one.template()).isEqualTo(two.template());
        assertThat(one.words()).isNotEqualTo(two.words()).contains("5");
    }

    @Test
    void isBounded_whateverTheText() {
        TaskWords long1 = TaskWords.of("x ".repeat(1_000_000));
        TaskWords hostile = TaskWords.of("a/".repeat(20_000) + "\"".repeat(20_000) + "1.".repeat(20_000));

        assertThat(long1.words()).hasSizeLessThanOrEqualTo(TaskWords.MAX_CHARS / 2 + 1);
        assertThat(hostile.template()).hasSizeLessThanOrEqualTo(TaskWords.MAX_CHARS);
    }
}
