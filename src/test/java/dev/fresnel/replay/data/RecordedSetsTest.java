package dev.fresnel.replay.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loaders on files written here, in the form of the recorded ones. */
class RecordedSetsTest {
    @TempDir
    private Path folder;

    @Test
    void readsMmlu_withLongQuotedFields_andWithoutTheFaultySubject() throws IOException {
        write("routellm/mmlu_responses_all.csv", """
                domain,prompt,mistralai/Mixtral-8x7B-Instruct-v0.1,gpt-4-1106-preview
                anatomy,"first line
                second line, with ""quotes""\",False,True
                high_school_mathematics,faulty,True,False
                virology,short,True,True
                """);

        DataSet set = load("routellm-mmlu");

        assertThat(set.rows()).extracting(RecordedRow::task).containsExactly("anatomy", "virology");
        RecordedRow row = set.rows().getFirst();
        assertThat(row.text()).isEqualTo("first line\nsecond line, with \"quotes\"");
        assertThat(row.outcomes()).containsExactly(ArmOutcome.of(1, 0.12), ArmOutcome.of(0, 0));
        assertThat(set.arms().getFirst().isDirect()).isTrue();
        assertThat(set.note()).contains("0.12", "high_school_mathematics");
        assertThat(load("routellm-mmlu-all").rows()).hasSize(3);
    }

    @Test
    void skipsABadRecord_andNamesTheLineWhereItBegan() throws IOException {
        write("routellm/mmlu_responses_all.csv", """
                domain,prompt,mistralai/Mixtral-8x7B-Instruct-v0.1,gpt-4-1106-preview
                anatomy,"two
                lines",False,True
                anatomy,one,perhaps,True
                anatomy,too few
                ,no task,True,True
                virology,last,True,True
                """);

        DataSet set = load("routellm-mmlu");

        assertThat(set.rows()).hasSize(2);
        assertThat(set.skipped())
                .extracting(SkippedLine::toString)
                .containsExactly(
                        "mmlu_responses_all.csv:4: column 'mistralai/Mixtral-8x7B-Instruct-v0.1' is neither True nor False",
                        "mmlu_responses_all.csv:5: 2 fields, the heading has 4",
                        "mmlu_responses_all.csv:6: the task is empty");
    }

    @Test
    void readsGzippedJson_andPricesASuccessAtEightDirectCalls() throws IOException {
        String row =
                "{\"dataset\":\"mmlu\",\"idx\":%d,\"user\":\"q\",\"models\":{\"gpt-4o\":{\"correct\":1,\"cost\":0.01,"
                        + "\"latency_ms\":5,\"in\":3,\"out\":4},\"gpt-4o-mini\":{\"correct\":%s,\"cost\":0.001,\"latency_ms\":2,\"in\":3,"
                        + "\"out\":1}}}\n";
        gzip(
                "cascades_9models/qwen_oai_train.jsonl.gz",
                row.formatted(1, "0") + "{broken\n" + row.formatted(3, "2") + row.formatted(4, "\"x\"")
                        + row.formatted(5, "NaN"));

        DataSet set = load("cascades-gpt4o");

        assertThat(set.rows()).hasSize(1);
        assertThat(set.successUsd()).isCloseTo(0.08, within(1e-12));
        assertThat(set.rows().getFirst().outcomes().getFirst().tokens()).hasValue(7);
        assertThat(set.rows().getFirst().outcomes().getFirst().latencyMs()).hasValue(5);
        assertThat(set.skipped())
                .extracting(SkippedLine::toString)
                .containsExactly(
                        "qwen_oai_train.jsonl:2: not JSON, column 2",
                        "qwen_oai_train.jsonl:3: quality is from 0 to 1, not 2.0",
                        "qwen_oai_train.jsonl:4: field 'correct' is neither a number nor true or false",
                        "qwen_oai_train.jsonl:5: quality is from 0 to 1, not NaN");
    }

    @Test
    void readsParetoBandit_armByArm() throws IOException {
        write("paretobandit/val_k4.jsonl", """
                {"prompt":"p","source":"bbh/snarks","arms":{"google/gemini-2.5-pro":{"reward":0.9,"cost":0.02},\
                "meta-llama/llama-3.1-8b-instruct":{"reward":0.4,"cost":0.0001}}}
                {"prompt":"p","source":"mmlu","arms":{"google/gemini-2.5-pro":{"reward":0.9,"cost":-1},\
                "meta-llama/llama-3.1-8b-instruct":{"reward":0.4,"cost":0.0001}}}
                {"prompt":"p","source":"mmlu","arms":{"google/gemini-2.5-pro":{"reward":0.9,"cost":0.1}}}
                """);

        DataSet set = load("paretobandit-llama");

        assertThat(set.rows()).hasSize(1);
        assertThat(set.rows().getFirst().task()).isEqualTo("bbh/snarks");
        assertThat(set.skipped())
                .extracting(SkippedLine::why)
                .containsExactly(
                        "cost is 0 or more dollars, not -1.0", "field 'meta-llama/llama-3.1-8b-instruct' is missing");
    }

    @Test
    void joinsOutcomesOfOneRequest_andSkipsWhereAnArmIsMissing() throws IOException {
        write(
                "bfcl/prompts.jsonl",
                "{\"id\":\"simple_0\",\"question\":\"add\"}\n{\"id\":\"simple_1\",\"question\":\"sub\"}\n");
        write("bfcl/outcomes_18models.jsonl", """
                {"model":"gpt-4o-2024-08-06","category":"simple","id":"simple_0","valid":0,"in":1000,"out":100,"latency_s":0.5}
                {"model":"gpt-4o-mini-2024-07-18","category":"simple","id":"simple_0","valid":1,"in":1000,"out":100,"latency_s":0.25}
                {"model":"gpt-4o-2024-08-06","category":"simple","id":"simple_1","valid":1,"in":1000,"out":100,"latency_s":0.5}
                {"model":"somebody-else","category":"simple","id":"simple_1","valid":1,"in":null,"out":null,"latency_s":null}
                """);

        DataSet set = load("bfcl-trap");

        assertThat(set.rows()).hasSize(1);
        RecordedRow row = set.rows().getFirst();
        assertThat(row.text()).isEqualTo("add");
        assertThat(row.outcomes().get(0).costUsd()).isCloseTo(0.0035, within(1e-12));
        assertThat(row.outcomes().get(1).costUsd()).isCloseTo(0.00021, within(1e-12));
        assertThat(row.outcomes().get(1).latencyMs()).hasValue(250);
        assertThat(set.skipped())
                .extracting(SkippedLine::why)
                .containsExactly("an arm's outcome is missing for simple_1");
    }

    @Test
    void takesTheRepositoryAsTask_forAgentRuns() throws IOException {
        write("swebench_mini/problem_statements_176_of_500.jsonl", "");
        write("swebench_mini/per_instance.jsonl", """
                {"model":"Gemini 3 Pro Preview (2025-11-18)","instance_id":"django__django-10097","cost":1.5,"resolved":true}
                {"model":"DeepSeek V3.2 Reasoner","instance_id":"django__django-10097","cost":0.1,"resolved":false}
                """);

        RecordedRow row = load("swebench-gemini").rows().getFirst();

        assertThat(row.task()).isEqualTo("django/django");
        assertThat(row.outcomes()).containsExactly(ArmOutcome.of(1, 1.5), ArmOutcome.of(0, 0.1));
    }

    @Test
    void bucketsGsmBySize() throws IOException {
        write(
                "routellm/gsm8k_responses.csv",
                "prompt,mistralai/Mixtral-8x7B-Instruct-v0.1,gpt-4-1106-preview\none two three,True,True\n"
                        + "w ".repeat(20) + ",True,True\n");

        assertThat(load("routellm-gsm8k").rows())
                .extracting(RecordedRow::task)
                .containsExactly("words<=16", "words<=32");
    }

    @Test
    void saysWhatToDo_whenTheDataIsAbsent() {
        RecordedSets nowhere = new RecordedSets(folder.resolve("nowhere"));

        assertThatThrownBy(() -> load("routellm-mmlu"))
                .isInstanceOf(DataProblem.class)
                .hasMessageContaining("mmlu_responses_all.csv")
                .hasMessageContaining("--data DIR");
        assertThatThrownBy(() -> nowhere.load("routellm-mmlu").rows())
                .isInstanceOf(DataProblem.class)
                .hasMessageContaining("--data DIR");
        assertThatThrownBy(() -> load("routelm"))
                .isInstanceOf(DataProblem.class)
                .hasMessageContaining("routellm-mmlu");
    }

    @Test
    void saysWhyNothingIsLeft_whenEveryLineIsBad() throws IOException {
        write("paretobandit/val_k4.jsonl", "[]\n");

        assertThatThrownBy(() -> load("paretobandit-llama"))
                .isInstanceOf(DataProblem.class)
                .hasMessageContaining("val_k4.jsonl:1: not a JSON object");
    }

    private DataSet load(String name) {
        return new RecordedSets(folder).load(name);
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void gzip(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
