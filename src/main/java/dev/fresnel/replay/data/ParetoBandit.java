package dev.fresnel.replay.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Judged answers of four models with their cost in dollars (arXiv:2604.00136, validation split). The task is the row's source. */
final class ParetoBandit implements Loader {
    static final String GEMINI_PRO = "google/gemini-2.5-pro";
    static final String GEMINI_FLASH = "google/gemini-2.5-flash";
    static final String MISTRAL = "mistralai/mistral-large-2512";
    static final String LLAMA = "meta-llama/llama-3.1-8b-instruct";

    private final List<String> models;

    /** @param models dear one first */
    ParetoBandit(List<String> models) {
        this.models = models;
    }

    @Override
    public DataSet load(String name, Path dataFolder) {
        LineReader reader = new LineReader(dataFolder.resolve("paretobandit"));
        List<RecordedRow> rows = new ArrayList<>();
        reader.eachJson("val_k4.jsonl", line -> {
            JsonValue.Obj arms = line.object("arms");
            rows.add(new RecordedRow(
                    name + ":" + (rows.size() + reader.skipped().size() + 1),
                    line.text("source"),
                    line.text("prompt"),
                    models.stream()
                            .map(model -> arms.object(model))
                            .map(arm -> ArmOutcome.of(arm.number("reward"), arm.number("cost")))
                            .toList()));
        });
        return Pairs.dataSet(name, models, rows, reader.skipped(), "quality is a judge's score; dollars as recorded");
    }
}
