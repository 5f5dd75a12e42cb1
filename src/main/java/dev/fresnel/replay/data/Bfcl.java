package dev.fresnel.replay.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Berkeley Function-Calling Leaderboard: was the tool call valid. Dollars are the recorded tokens at the models' list prices, given
 * with each pair; a model whose tokens were not recorded cannot be priced and its rows are skipped.
 */
final class Bfcl implements Loader {
    private static final String OUTCOMES = "outcomes_18models.jsonl";

    private final List<Priced> models;

    /**
     * A model and its list price when the outcomes were recorded.
     *
     * @param inputUsd per million tokens
     * @param outputUsd per million tokens
     */
    record Priced(String model, double inputUsd, double outputUsd) {}

    /** @param models dear one first */
    Bfcl(List<Priced> models) {
        this.models = models;
    }

    @Override
    public DataSet load(String name, Path dataFolder) {
        LineReader reader = new LineReader(dataFolder.resolve("bfcl"));
        Map<String, String> texts = new LinkedHashMap<>();
        reader.eachJson("prompts.jsonl", line -> texts.put(line.text("id"), line.text("question")));
        Map<String, Gathered> byId = new LinkedHashMap<>();
        reader.eachJson(OUTCOMES, line -> {
            String model = line.text("model");
            for (int i = 0; i < models.size(); i++) {
                if (models.get(i).model().equals(model)) {
                    String category = line.text("category");
                    byId.computeIfAbsent(line.text("id"), id -> new Gathered(category, models.size()))
                            .outcomes
                            .set(i, Optional.of(outcome(line, models.get(i))));
                }
            }
        });
        List<RecordedRow> rows = new ArrayList<>();
        byId.forEach((id, gathered) -> {
            if (gathered.outcomes.stream().allMatch(Optional::isPresent)) {
                rows.add(new RecordedRow(
                        id,
                        gathered.category,
                        texts.getOrDefault(id, ""),
                        gathered.outcomes.stream().map(Optional::orElseThrow).toList()));
            } else {
                reader.skipped().add(new SkippedLine(OUTCOMES, 0, "an arm's outcome is missing for " + id));
            }
        });
        return Pairs.dataSet(
                name,
                models.stream().map(Priced::model).toList(),
                rows,
                reader.skipped(),
                "dollars are recorded tokens at list prices");
    }

    private static ArmOutcome outcome(JsonValue.Obj line, Priced price) {
        double in = line.number("in");
        double out = line.number("out");
        return new ArmOutcome(
                line.score("valid"),
                (in * price.inputUsd() + out * price.outputUsd()) / 1e6,
                OptionalDouble.of(1000 * line.number("latency_s")),
                OptionalLong.of((long) (in + out)));
    }

    private static final class Gathered {
        private final String category;
        private final List<Optional<ArmOutcome>> outcomes;

        Gathered(String category, int arms) {
            this.category = category;
            this.outcomes = new ArrayList<>(java.util.Collections.nCopies(arms, Optional.empty()));
        }
    }
}
