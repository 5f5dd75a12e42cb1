package dev.fresnel.replay.data;

import dev.fresnel.policy.Arm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * RouteLLM's evaluation answers: right or wrong, GPT-4 Turbo against Mixtral 8x7B. Money was not recorded, so a call of the strong
 * model is charged a nominal 0.12 where a right answer is worth 1: the same exchange rate as eight mean calls per success.
 */
final class RouteLlm implements Loader {
    /** In this subject GPT-4 has 3 % right and Mixtral 28 %: a fault in reading its answers off, not a fact about the models. */
    private static final String FAULTY_SUBJECT = "high_school_mathematics";

    private static final String STRONG = "gpt-4-1106-preview";
    private static final String WEAK = "mistralai/Mixtral-8x7B-Instruct-v0.1";
    private static final double STRONG_CHARGE = 0.12;
    private static final List<Arm> ARMS = List.of(Arm.DIRECT, new Arm("cheap"));

    private final String file;
    private final Function<LineReader.CsvLine, String> task;
    private final Set<String> without;

    private RouteLlm(String file, Function<LineReader.CsvLine, String> task, Set<String> without) {
        this.file = file;
        this.task = task;
        this.without = without;
    }

    /** All subjects but the faulty one. */
    static RouteLlm mmlu() {
        return new RouteLlm("mmlu_responses_all.csv", line -> line.get("domain"), Set.of(FAULTY_SUBJECT));
    }

    static RouteLlm mmluWithFaultySubject() {
        return new RouteLlm("mmlu_responses_all.csv", line -> line.get("domain"), Set.of());
    }

    /** One subject only, so the task is the size of the question, as a gateway would bucket it. */
    static RouteLlm gsm8k() {
        return new RouteLlm("gsm8k_responses.csv", line -> SizeBucket.of(line.get("prompt")), Set.of());
    }

    @Override
    public DataSet load(String name, Path dataFolder) {
        LineReader reader = new LineReader(dataFolder.resolve("routellm"));
        List<RecordedRow> rows = new ArrayList<>();
        reader.eachCsv(file, line -> {
            String task = this.task.apply(line);
            if (without.contains(task)) {
                return;
            }
            rows.add(new RecordedRow(
                    name + ":" + line.number(),
                    task,
                    line.get("prompt"),
                    List.of(ArmOutcome.of(line.verdict(STRONG), STRONG_CHARGE), ArmOutcome.of(line.verdict(WEAK), 0))));
        });
        return new DataSet(
                name,
                ARMS,
                List.of(STRONG, WEAK),
                rows,
                reader.skipped(),
                1,
                "no money recorded: a strong call is charged 0.12, a right answer is worth 1"
                        + (without.isEmpty()
                                ? ""
                                : "; without " + FAULTY_SUBJECT + ", whose GPT-4 verdicts are faulty"));
    }
}
