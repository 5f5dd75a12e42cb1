package dev.fresnel.replay.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** SWE-bench Verified with mini-swe-agent: whole agent runs, resolved or not, with their dollars. The task is the repository. */
final class SweBench implements Loader {
    private static final String FILE = "per_instance.jsonl";

    private final List<String> models;

    /** @param models dear one first */
    SweBench(List<String> models) {
        this.models = models;
    }

    @Override
    public DataSet load(String name, Path dataFolder) {
        LineReader reader = new LineReader(dataFolder.resolve("swebench_mini"));
        Map<String, String> texts = new LinkedHashMap<>();
        reader.eachJson(
                "problem_statements_176_of_500.jsonl",
                line -> texts.put(line.text("instance_id"), line.text("problem_statement")));
        Map<String, List<Optional<ArmOutcome>>> byId = new LinkedHashMap<>();
        reader.eachJson(FILE, line -> {
            int arm = models.indexOf(line.text("model"));
            if (arm >= 0) {
                byId.computeIfAbsent(
                                line.text("instance_id"),
                                id -> new ArrayList<>(java.util.Collections.nCopies(models.size(), Optional.empty())))
                        .set(arm, Optional.of(ArmOutcome.of(line.score("resolved"), line.number("cost"))));
            }
        });
        List<RecordedRow> rows = new ArrayList<>();
        byId.forEach((id, outcomes) -> {
            if (outcomes.stream().allMatch(Optional::isPresent)) {
                rows.add(new RecordedRow(
                        id,
                        repository(id),
                        texts.getOrDefault(id, ""),
                        outcomes.stream().map(Optional::orElseThrow).toList()));
            } else {
                reader.skipped().add(new SkippedLine(FILE, 0, "an arm's outcome is missing for " + id));
            }
        });
        return Pairs.dataSet(name, models, rows, reader.skipped(), "one row is a whole agent run; dollars as recorded");
    }

    /** {@code django__django-10097} belongs to {@code django/django}. */
    private static String repository(String instance) {
        int dash = instance.lastIndexOf('-');
        return (dash < 0 ? instance : instance.substring(0, dash)).replace("__", "/");
    }
}
