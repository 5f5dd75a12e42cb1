package dev.fresnel.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.Lens;
import dev.fresnel.lens.LensBlock;
import dev.fresnel.lens.LensId;
import dev.fresnel.lens.LensParser;
import dev.fresnel.lens.ParseResult;
import dev.fresnel.lens.TaskBrief;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stand-in's lens meets the gateway's own parser, and the gateway's own block the stand-in's reader. */
class LensAuthorTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Generate CRUD endpoints for 5 entities",
                "Refactor parser.py, lexer.py and printer.py to use dataclasses. Keep the public API of Parser.",
                "Write \"unit tests\" for 4 services\nwith\ttabs and \\ backslashes",
                "Hi!",
                "für jede Straße eine Übersicht: Anfang, Mitte und Ende"
            })
    void writesWhatTheParserTakesWithoutRepair(String task) {
        String lens = LensAuthor.write(new LensAsk("You write TypeScript. Never use the any type.", task));

        ParseResult result = new LensParser().parse(lens, task);

        assertThat(result)
                .as(lens)
                .isInstanceOfSatisfying(
                        ParseResult.Parsed.class,
                        parsed -> assertThat(parsed.repairs()).isEmpty());
    }

    @Test
    void servesAnApplication_whenNoTaskIsShown() {
        String lens = LensAuthor.write(new LensAsk("You answer questions about Postgres. Never invent a version.", ""));

        assertThat(lens).contains("Never invent a version.", "Postgres");
    }

    @Test
    void findsTheGuidelines_inTheBlockTheGatewayRenders() {
        Lens lens = Lens.minimal(new TaskBrief("Write a poem", "", List.of(), List.of()), Instant.EPOCH);

        String system = "Be brief.\n\n" + LensBlock.render(lens, new LensId("00112233aabbccdd"), 900);

        assertThat(SeenLens.in(system)).hasValueSatisfying(seen -> {
            assertThat(seen.id()).isEqualTo("00112233aabbccdd");
            assertThat(seen.guidelines()).containsAll(lens.constraints()).containsAll(lens.heuristics());
        });
    }
}
