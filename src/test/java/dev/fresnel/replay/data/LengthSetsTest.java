package dev.fresnel.replay.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.replay.data.AnswerLengths.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loaders on files written here, in the form of the recorded ones. */
class LengthSetsTest {
    @TempDir
    private Path folder;

    @Test
    void joinsInstructionsAndCountsByIndex() throws IOException {
        write("_derived/alpaca_eval_tokens_o200k.json", "{\"prompt\":[5,6,7],\"a\":[10,null,30],\"b\":[11,null,0]}");
        write("alpaca_eval/instructions.jsonl", """
                {"i":0,"dataset":"x","instruction":"first"}
                {"i":1,"dataset":"x","instruction":"nobody answered"}
                {"i":2,"dataset":"x","instruction":"third"}
                """);

        AnswerLengths set = new LengthSets(folder).load("alpaca-eval");

        assertThat(set.prompts())
                .containsExactly(
                        new Prompt("alpaca-0", "first", Prompt.Tools.NONE, Map.of("a", 10L, "b", 11L)),
                        new Prompt("alpaca-2", "third", Prompt.Tools.NONE, Map.of("a", 30L)));
        assertThat(set.answers()).isEqualTo(3);
        assertThat(set.skipped())
                .extracting(SkippedLine::toString)
                .containsExactly("alpaca_eval/instructions.jsonl:2: no model answered it");
    }

    @Test
    void joinsQuestionsAndCountsById() throws IOException {
        write("_derived/arena_hard_tokens_o200k.jsonl", """
                {"file":"one","uid":"q1","out":100}
                {"file":"two","uid":"q1","out":200}
                {"file":"two","uid":"q2","out":0}
                """);
        write("arena_hard/v0.1_question.jsonl", "{\"uid\":\"q1\",\"prompt\":\"ask\"}\n");

        AnswerLengths set = new LengthSets(folder).load("arena-hard");

        assertThat(set.prompts())
                .containsExactly(new Prompt("q1", "ask", Prompt.Tools.NONE, Map.of("one", 100L, "two", 200L)));
        assertThat(set.skipped()).extracting(SkippedLine::line).containsExactly(3L);
    }

    @Test
    void takesToolCalls_whoseTokensWereRecorded() throws IOException {
        write("bfcl/outcomes_18models.jsonl", """
                {"model":"a","id":"simple_0","out":19}
                {"model":"b","id":"simple_0","out":null}
                """);
        write("bfcl/prompts.jsonl", "{\"id\":\"simple_0\",\"question\":\"add\"}\n");

        assertThat(new LengthSets(folder).load("bfcl").prompts())
                .containsExactly(new Prompt("simple_0", "add", Prompt.Tools.OFFERED, Map.of("a", 19L)));
    }

    @Test
    void saysWhatToDo_whenTheDataIsAbsent() {
        assertThatThrownBy(() -> new LengthSets(folder.resolve("nowhere")).load("bfcl"))
                .isInstanceOf(DataProblem.class)
                .hasMessageContaining("--data DIR");
        assertThatThrownBy(() -> new LengthSets(folder).load("bfcl"))
                .isInstanceOf(DataProblem.class)
                .hasMessageContaining("--data DIR");
        assertThatThrownBy(() -> new LengthSets(folder).load("alpaca"))
                .isInstanceOf(DataProblem.class)
                .hasMessageContaining("arena-hard");
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
