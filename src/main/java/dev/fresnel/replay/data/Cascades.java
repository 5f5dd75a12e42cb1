package dev.fresnel.replay.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Answers of nine models to five benchmarks (arXiv:2501.09345) with dollars, milliseconds and tokens: the most complete set. */
final class Cascades implements Loader {
    private final String file;
    private final List<String> models;

    /** @param models strong first */
    Cascades(String file, List<String> models) {
        this.file = file;
        this.models = models;
    }

    @Override
    public DataSet load(String name, Path dataFolder) {
        LineReader reader = new LineReader(dataFolder.resolve("cascades_9models"));
        List<RecordedRow> rows = new ArrayList<>();
        reader.eachJson(file, line -> {
            JsonValue.Obj answers = line.object("models");
            String benchmark = line.text("dataset");
            rows.add(new RecordedRow(
                    benchmark + ":" + (long) line.number("idx"),
                    benchmark,
                    line.text("user"),
                    models.stream().map(model -> outcome(answers.object(model))).toList()));
        });
        return Pairs.dataSet(name, models, rows, reader.skipped(), "dollars, time and tokens as recorded");
    }

    private static ArmOutcome outcome(JsonValue.Obj answer) {
        return new ArmOutcome(
                answer.score("correct"),
                answer.number("cost"),
                OptionalDouble.of(answer.number("latency_ms")),
                OptionalLong.of((long) (answer.number("in") + answer.number("out"))));
    }
}
