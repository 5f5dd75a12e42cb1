package dev.fresnel.replay.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionLogTest {
    private static final String GOOD =
            "{\"v\":1,\"id\":\"req-7\",\"t\":1764000000.25,\"tenant\":\"acme\",\"conversation\":\"c-3\","
                    + "\"population\":\"gpt-4o\",\"task\":\"debug|512|flagship\",\"leaf\":\"acme|api\",\"arms\":[\"direct\",\"fast\"],"
                    + "\"p\":[0.27,0.73],\"arm\":\"fast\",\"cost_expected_usd\":[0.0041,null],\"cost_usd\":0.0007,\"lens\":{\"id\":\"x\"},"
                    + "\"outcomes\":[{\"signal\":\"clean\",\"y\":1,\"w\":0.15,\"t\":1},{\"signal\":\"feedback\",\"y\":0.25,\"w\":1,\"t\":2}]}";

    @TempDir
    private Path folder;

    private DecisionLog read(String... lines) throws IOException {
        Path file = folder.resolve("decisions.jsonl");
        Files.writeString(file, String.join("\n", lines));
        return DecisionLog.read(file);
    }

    @Test
    void readsARow_andTakesTheLastOutcome() throws IOException {
        LogRow row = read(GOOD).rows().getFirst();

        assertThat(row.conversation()).isEqualTo("c-3");
        assertThat(row.task()).isEqualTo("debug|512|flagship");
        assertThat(row.propensity()).isEqualTo(0.73);
        assertThat(row.chosen()).isEqualTo(1);
        assertThat(row.expectedUsd()).containsExactly(0.0041, Double.NaN);
        assertThat(row.costUsd()).hasValue(0.0007);
        assertThat(row.reward()).hasValue(0.25);
        assertThat(row.turn()).isEqualTo(LogRow.Turn.DECIDED);
    }

    @Test
    void anOutcomeCanBeTakenBack() throws IOException {
        String retracted = GOOD.replace("\"y\":0.25", "\"y\":null");

        assertThat(read(retracted).rows().getFirst().reward()).isEmpty();
    }

    @Test
    void aRowWithoutConversation_isOneOfItsOwn() throws IOException {
        LogRow row = read(GOOD.replace("\"conversation\":\"c-3\",", "")
                        .replace("\"v\":1", "\"v\":1,\"inherited\":true"))
                .rows()
                .getFirst();

        assertThat(row.conversation()).isEqualTo("req-7");
        assertThat(row.turn()).isEqualTo(LogRow.Turn.INHERITED);
    }

    @Test
    void theLastLineOfADecisionStands() throws IOException {
        DecisionLog log =
                read(GOOD, GOOD.replace("\"id\":\"", "\"id\":\"other-"), GOOD.replace("\"y\":0.25", "\"y\":0.75"));

        assertThat(log.rows()).hasSize(2);
        assertThat(log.rows().getFirst().reward()).hasValue(0.75);
        assertThat(log.rows().getLast().reward()).hasValue(0.25);
    }

    @Test
    void skipsBadLines_withNumberAndReason() throws IOException {
        DecisionLog log = read(
                GOOD,
                "",
                "{\"v\":1",
                GOOD.replace("\"v\":1", "\"v\":2"),
                GOOD.replace("[0.27,0.73]", "[0.27,0.72]"),
                GOOD.replace("[0.27,0.73]", "[1,0]"),
                GOOD.replace("[0.27,0.73]", "[1]"),
                GOOD.replace("\"arm\":\"fast\"", "\"arm\":\"slow\""),
                GOOD.replace("0.25}", "1.5}").replace("\"y\":0.25", "\"y\":1.5"),
                GOOD.replace("\"task\":\"debug|512|flagship\",", ""),
                GOOD + GOOD,
                "[]");

        assertThat(log.rows()).hasSize(1);
        assertThat(log.skipped())
                .containsExactly(
                        "line 3: not JSON, column 7",
                        "line 4: 'v' is not 1",
                        "line 5: 'p' sums to 0.99, not to 1",
                        "line 6: the arm that was chosen has probability 0",
                        "line 7: 'arms', 'p' and 'cost_expected_usd' are not equally long",
                        "line 8: 'arm' is not one of 'arms'",
                        "line 9: y is from 0 to 1, not 1.5",
                        "line 10: 'task' is missing",
                        "line 11: not one JSON object",
                        "line 12: not a JSON object");
    }
}
