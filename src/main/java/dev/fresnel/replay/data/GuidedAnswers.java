package dev.fresnel.replay.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Recorded answers of one model to the same questions with and without guidance in its prompt (Dynamic Cheatsheet, arXiv:2504.07952): the
 * nearest thing to a lens that others have published. Right is what equals the target but for case and LaTeX marks, which makes some right
 * answers wrong, with and without alike.
 */
public final class GuidedAnswers {
    private static final String WITHOUT = "Baseline";
    private static final int FEWEST = 25;

    private final Path folder;

    /** @param folder holds one folder per source */
    public GuidedAnswers(Path folder) {
        this.folder = folder;
    }

    /**
     * One kind of guidance for one task and model.
     *
     * @param with whether each answer with guidance was right
     * @param without whether each answer without was
     */
    public record Guided(String task, String model, String guidance, List<Boolean> with, List<Boolean> without) {
        public Guided {
            with = List.copyOf(with);
            without = List.copyOf(without);
        }

        /** Share of right answers with guidance less that without. */
        public double lift() {
            return share(with) - share(without);
        }

        private static double share(List<Boolean> answers) {
            return (double) answers.stream().filter(right -> right).count() / answers.size();
        }
    }

    /** By task, model and guidance; {@link DataProblem} when the files are absent. */
    public List<Guided> load() {
        if (!Files.isDirectory(folder)) {
            throw new DataProblem("no folder " + folder.toAbsolutePath().normalize()
                    + ": recorded data is not part of Fresnel; name its folder with --data DIR");
        }
        Map<String, Map<String, List<Boolean>>> answers = new TreeMap<>();
        new LineReader(folder.resolve("dynamic_cheatsheet"))
                .eachJson(
                        "per_example.jsonl",
                        row -> answers.computeIfAbsent(
                                        row.text("task") + "\n" + row.text("model"), _ -> new TreeMap<>())
                                .computeIfAbsent(row.text("approach"), _ -> new ArrayList<>())
                                .add(plain(row.text("final_answer")).equals(plain(row.text("target")))));
        List<Guided> all = new ArrayList<>();
        answers.forEach((taskAndModel, approaches) -> {
            List<Boolean> without = approaches.getOrDefault(WITHOUT, List.of());
            String[] names = taskAndModel.split("\n", 2);
            approaches.forEach((approach, with) -> {
                if (!approach.equals(WITHOUT) && with.size() >= FEWEST && without.size() >= FEWEST) {
                    all.add(new Guided(names[0], names[1], approach, with, without));
                }
            });
        });
        return all;
    }

    private static String plain(String answer) {
        return answer.strip().toLowerCase(Locale.ROOT).replaceAll("[$\\\\,]", "");
    }
}
