package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LensRevisionTest {
    private static final Lens OLD = LensFixtures.lens("CRUD endpoints for a shop");

    @Test
    void dropsAndReplaces_andKeepsTheRestAsItWas() {
        LensDraft answer = new LensDraft(
                "another scope",
                List.of("validate  BEFORE touching the database", "Page every list", "Log every refusal", "One more"),
                OLD.patterns(),
                List.of("Returning 200 for a missing row: use 404"),
                OLD.constraints(),
                List.of());

        assertThat(LensRevision.of(OLD, answer))
                .contains(new LensDraft(
                        "CRUD endpoints for a shop",
                        List.of("Validate before touching the database", "Page every list", "Log every refusal"),
                        OLD.patterns(),
                        List.of("Returning 200 for a missing row: use 404"),
                        OLD.constraints(),
                        List.of()));
    }

    @Test
    void isNone_whenNothingWasDropped() {
        LensDraft same = new LensDraft(
                "x", OLD.heuristics(), OLD.patterns(), OLD.antiPatterns(), OLD.constraints(), OLD.examples());
        LensDraft more = new LensDraft(
                "x",
                List.of(
                        "Keep one router per entity",
                        "Validate before touching the database",
                        "Page every list",
                        "More"),
                OLD.patterns(),
                OLD.antiPatterns(),
                OLD.constraints(),
                OLD.examples());

        assertThat(LensRevision.of(OLD, same)).isEmpty();
        assertThat(LensRevision.of(OLD, more)).as("it may not grow").isEmpty();
    }

    @Test
    void isNone_whenEverythingWasRewritten() {
        LensDraft other =
                new LensDraft("x", List.of("a", "b", "c"), List.of("d"), List.of("e"), List.of("f"), List.of());

        assertThat(LensRevision.of(OLD, other)).isEmpty();
    }
}
