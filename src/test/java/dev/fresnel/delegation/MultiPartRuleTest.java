package dev.fresnel.delegation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.estimate.Requests;
import dev.fresnel.estimate.TaskText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MultiPartRuleTest {
    private final MultiPartRule rule =
            new MultiPartRule(RouteRules.DEFAULT.multiPartWords(), RouteRules.DEFAULT.multiPartMinimum());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Generate CRUD endpoints for 5 entities",
                "Please create five files with sample data",
                "Can you implement 3 endpoints?",
                "I want you to write 12 new REST endpoints for the shop.",
                "Build a dozen components",
                "I need 12 components",
                "Hi, we need 4 more REST endpoints for the shop",
                "Refactor all modules to the new logger",
                "Add logging to every endpoint",
                "Migrate several services, keep the tests",
                "Create the components for the shop",
                "Scaffold the pages",
                "Write classes for users, orders and invoices",
                "First read the spec. Then generate the tables and the services.",
                "- create 4 tables",
                "Update a.py, b.py and lib/c.py to use the new client",
                "Rename the class across 12 files",
                "Erstelle 5 module für den Shop",
                "Do this:\n1. add 3 tests\n2. run them"
            })
    void fires_whenSeveralPartsAreToBeMade(String task) {
        assertThat(rule.firesOn(task)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "List the files in this repo",
                "List all files in this repo",
                "What do the profiles contain?",
                "Create user profiles",
                "Write a summary of 5 files",
                "Write a report about the endpoints",
                "How many endpoints are there?",
                "The build failed in 5 files. Why?",
                "Explain what the components do",
                "Create 2 files",
                "Write one test",
                "I need to understand 5 files",
                "I need help with 5 files",
                "Do I need 3 modules?",
                "I need 2 files",
                "We need better components",
                "Create a class that reads files",
                "Generate a regular expression for version 3.5",
                "Which modules import numpy?",
                "I lost three files yesterday",
                "Update the docs, e.g. the intro, i.e. page one",
                "Write a poem",
                ""
            })
    void staysQuiet_whenPartsAreOnlyTalkedAbout(String task) {
        assertThat(rule.firesOn(task)).isEmpty();
    }

    @Test
    void usesTheConfiguredWordsAndMinimum() {
        MultiPartRule slides = new MultiPartRule(List.of("slide"), 10);

        assertThat(slides.firesOn("Create 10 slides")).isPresent();
        assertThat(slides.firesOn("Create 9 slides")).isEmpty();
        assertThat(slides.firesOn("Create 50 files")).isEmpty();
    }

    @Test
    void namesWhatFired_inOurWordsOnly() {
        assertThat(rule.firesOn("Generate secret-project endpoints for 5 entities"))
                .hasValueSatisfying(words -> assertThat(words).doesNotContain("secret"));
        assertThat(rule.firesOn("Generate top notch endpoints for 5 entities")).contains("generate ... endpoints");
    }

    @Test
    void findsAnOrderAtTheEndOfALongText() {
        assertThat(rule.firesOn(TaskText.of(Requests.asking("some log line\n".repeat(5000) + "Now write 6 tests"))))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({"file, files", "entity, entities", "class, classes", "box, boxes", "branch, branches", "day, days"})
    void derivesPlurals(String noun, String plural) {
        assertThat(MultiPartRule.plural(noun)).isEqualTo(plural);
    }

    @Test
    void survivesHostileTexts() {
        for (String unit : List.of("create ", "5 ", "create 5 ", "a.b", "....", ", ", "files ")) {
            assertThat(rule.firesOn(unit.repeat(2_000))).isNotNull();
        }
    }
}
