package dev.fresnel.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.delegation.TaskKind;
import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Tier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** H23: the loader's rules for files. */
class SeedFileTest {
    private static final String ROW =
            "{\"schema\":1,\"id\":\"a\",\"source\":\"s\",\"features\":{},\"dispatch\":[\"local\",null]}";

    @TempDir
    private Path folder;

    private SeedFile read(String text) throws IOException {
        Path file = folder.resolve("rows.jsonl");
        Files.writeString(file, text);
        return SeedFile.read(file);
    }

    @Test
    void readsEveryField() throws IOException {
        SeedFile file = read("""
                {"schema":1,"id":"run-7","source":"nightly","features":{"task_kind":"debug","repo_fingerprint":"abc",\
                "rough_token_estimate":700,"rough_input_tokens":90,"parent_model_tier":"large"},"dispatch":["delegate","fast-worker"],\
                "wall_time_ms":5300,"cost_tokens":1210,"cost_usd":0.0007,"succeeded":true,"score":0.75,"weight":0.5,\
                "strategy":"B","observed_at":"2026-11-20T08:00:00Z","unknown":{"let":["pass"]}}
                """);

        assertThat(file.problems()).isEmpty();
        SeedRow row = file.rows().getFirst();
        assertThat(row.features())
                .isEqualTo(new SeedRow.Features(
                        Optional.of(TaskKind.DEBUG),
                        Optional.of("abc"),
                        OptionalLong.of(700),
                        OptionalLong.of(90),
                        Optional.of(Tier.LARGE)));
        assertThat(row.arm()).isEqualTo(new Arm("fast-worker"));
        assertThat(row.wallTimeMillis()).hasValue(5300);
        assertThat(row.costTokens()).hasValue(1210);
        assertThat(row.costUsd().orElseThrow()).isEqualByComparingTo("0.0007");
        assertThat(row.reward()).hasValue(0.75);
        assertThat(row.weight()).isEqualTo(0.5);
        assertThat(row.strategy()).contains("B");
        assertThat(row.observedAt()).contains(Instant.parse("2026-11-20T08:00:00Z"));
        assertThat(read(row.json() + "\n").rows()).as("as it was written").containsExactly(row);
    }

    @Test
    void takesSeconds_andNullsForAbsent() throws IOException {
        SeedRow row = read(ROW.replace(
                        ",\"dispatch\"",
                        ",\"wall_time\":1.25,\"wall_time_ms\":null,\"cost_usd\":null,\"succeeded\":null,\"dispatch\""))
                .rows()
                .getFirst();

        assertThat(row.wallTimeMillis()).hasValue(1250);
        assertThat(row.reward()).isEqualTo(OptionalDouble.empty());
        assertThat(row.arm()).isEqualTo(Arm.DIRECT);
        assertThat(row.weight()).isEqualTo(1);
        assertThat(read(row.json()).rows()).containsExactly(row);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            not json                             | not JSON, or a key twice, at column
            []                                   | not a JSON object
            {"schema":1,"schema":1}              | not JSON, or a key twice
            {"schema":2}                         | 'schema' is not 1
            {"schema":1}                         | 'id' is missing
            {"schema":1,"id":7}                  | 'id' is not text
            {"schema":1,"id":""}                 | 'id' is empty
            {"schema":1,"id":"a"}                | 'source' is missing
            {} {}                                | something follows
            """)
    void skipsABadLine_withItsNumberAndReason(String line, String reason) throws IOException {
        SeedFile file = read(ROW + "\n\n" + line + "\n" + ROW.replace("\"a\"", "\"b\"") + "\n");

        assertThat(file.rows()).extracting(SeedRow::id).containsExactly("a", "b");
        assertThat(file.badLines()).isEqualTo(1);
        assertThat(file.problems()).hasSize(1);
        assertThat(file.problems().getFirst()).startsWith("line 3: ").contains(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "features":{"task_kind":"cook"}      | 'task_kind' is none of tool-step
            "features":{"parent_model_tier":"x"} | 'parent_model_tier' is none of
            "features":7                         | 'features' is not an object
            "dispatch":["delegate",null]         | 'dispatch' names no worker
            "dispatch":["local","x"]             | names a worker, and is local
            "dispatch":["other","x"]             | does not begin with
            "dispatch":["local"]                 | is not [kind, worker]
            "dispatch":"local"                   | is not an array
            "succeeded":"yes"                    | 'succeeded' is not true, false or null
            "succeeded":true,"score":0.2         | contradict each other
            "score":0.7                          | contradict each other
            "succeeded":true,"score":1.7         | 'score' is not from 0 to 1
            "weight":0                           | 'weight' is not above 0
            "weight":1.5                         | 'weight' is not above 0 and at most 1
            "wall_time_ms":-1                    | 'wall_time_ms' is not a whole number
            "wall_time_ms":1.5                   | 'wall_time_ms' is not a whole number
            "cost_tokens":1e999999999            | 'cost_tokens' is out of all proportion
            "cost_usd":-1                        | 'cost_usd' is negative
            "observed_at":"yesterday"            | 'observed_at' is no time
            """)
    void skipsARowWithABadValue(String members, String reason) throws IOException {
        String row = members.startsWith("\"features\"")
                ? ROW.replace("\"features\":{}", members)
                : members.startsWith("\"dispatch\"")
                        ? ROW.replace("\"dispatch\":[\"local\",null]", members)
                        : ROW.replace(",\"dispatch\"", "," + members + ",\"dispatch\"");

        assertThat(read(row).problems()).singleElement().asString().contains(reason);
    }

    @Test
    void loadsAnIdOnce_theFirstTime() throws IOException {
        SeedFile file = read(ROW + "\n" + ROW.replace("\"s\"", "\"again\"") + "\n");

        assertThat(file.rows()).singleElement().extracting(SeedRow::source).isEqualTo("s");
        assertThat(file.duplicates()).isEqualTo(1);
    }

    @Test
    void survivesBytesAndLinesOfAnyKind() throws IOException {
        Path file = folder.resolve("hostile.jsonl");
        byte[] garbage = {(byte) 0xff, 0, '{', '\n'};
        Files.write(file, garbage);
        Files.writeString(
                file,
                "x".repeat(200_000) + "\n" + "[".repeat(60_000) + "\n" + ROW + "\n",
                StandardCharsets.UTF_8,
                java.nio.file.StandardOpenOption.APPEND);

        SeedFile read = SeedFile.read(file);

        assertThat(read.rows()).hasSize(1);
        assertThat(read.badLines()).isEqualTo(3);
        assertThat(read.problems()).allSatisfy(problem -> assertThat(problem).hasSizeLessThan(200));
    }

    @Test
    void readsNoMoreThanItsBound() throws IOException {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i <= SeedFile.MAX_ROWS + 1; i++) {
            many.append(ROW.replace("\"a\"", "\"" + i + "\"")).append('\n');
        }

        SeedFile file = read(many.toString());

        assertThat(file.rows()).hasSize(SeedFile.MAX_ROWS);
        assertThat(file.problems()).singleElement().asString().contains("more than 100000 rows");
    }

    @Test
    void failsOnlyWhenThereIsNoFile() {
        assertThatThrownBy(() -> SeedFile.read(folder.resolve("none.jsonl"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shippedSampleIsGood_andSaysInEveryRowThatItIsMadeUp() throws IOException {
        SeedFile file = SeedFile.read(Path.of("conf/seed-sample.jsonl"));

        assertThat(file.badLines()).isZero();
        assertThat(file.duplicates()).isZero();
        assertThat(file.rows())
                .hasSizeGreaterThanOrEqualTo(10)
                .allSatisfy(row -> assertThat(row.source()).startsWith("synthetic:"));
    }
}
