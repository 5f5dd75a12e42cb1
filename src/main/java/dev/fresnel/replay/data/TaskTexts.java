package dev.fresnel.replay.data;

import dev.fresnel.replay.data.JsonValue.Obj;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests of which it is known which ask for the same: no answers, so no {@link DataSet}. Loads anew at each call; immutable.
 *
 * <ul>
 *   <li>{@code dup-gsm}: 25 templates of mathematics with other names and numbers; the same where the template is;
 *   <li>{@code dup-recode}: programming tasks in other words and spellings; the same where the task is;
 *   <li>{@code dup-qqp}: pairs of questions, told apart by people: those that look alike and are not the same are the hard ones;
 *   <li>{@code dup-banking77}: customers' questions; the same where the intent is.
 * </ul>
 */
public final class TaskTexts {
    private final Path folder;

    /** @param folder holds one folder per source */
    public TaskTexts(Path folder) {
        this.folder = folder;
    }

    /** @param group what it asks for: equal where two texts ask for the same */
    public record TaskText(String group, String text) {}

    /** Every name that {@link #load} takes. */
    public static List<String> names() {
        return List.of("dup-gsm", "dup-recode", "dup-qqp", "dup-banking77");
    }

    /** Texts that belong together stay together, in their order; {@link DataProblem} when the files are absent. */
    public List<List<TaskText>> load(String name) {
        if (!Files.isDirectory(folder)) {
            throw new DataProblem("no folder " + folder.toAbsolutePath().normalize()
                    + ": recorded data is not part of Fresnel; name its folder with --data DIR");
        }
        List<List<TaskText>> texts = new ArrayList<>();
        switch (name) {
            case "dup-gsm" ->
                reader("dup_gsm_symbolic")
                        .eachJson(
                                "GSM_p2.jsonl",
                                row -> texts.add(List.of(new TaskText(
                                        Long.toString(Math.round(row.number("id"))), row.text("question")))));
            case "dup-recode" ->
                reader("dup_recode")
                        .eachJson(
                                "perturbed_prompts.jsonl",
                                row -> texts.add(List.of(new TaskText(
                                        row.text("dataset") + "/" + row.text("task_id"), row.text("prompt")))));
            case "dup-qqp" ->
                reader("dup_qqp").eachJson("qqp_80854_labelled.jsonl", row -> texts.add(pair(texts.size(), row)));
            case "dup-banking77" ->
                reader("dup_banking77")
                        .eachCsv(
                                "train.csv",
                                line -> texts.add(List.of(new TaskText(line.get("category"), line.get("text")))));
            default ->
                throw new DataProblem(
                        "no set of texts is called '" + name + "'; there are " + String.join(", ", names()));
        }
        return texts;
    }

    private static List<TaskText> pair(int index, Obj row) {
        boolean same = row.number("label") == 1;
        return List.of(
                new TaskText("p" + index, row.text("text_a")),
                new TaskText("p" + index + (same ? "" : "b"), row.text("text_b")));
    }

    private LineReader reader(String source) {
        return new LineReader(folder.resolve(source));
    }
}
