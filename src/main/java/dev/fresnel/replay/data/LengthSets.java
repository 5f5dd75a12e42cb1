package dev.fresnel.replay.data;

import dev.fresnel.replay.data.AnswerLengths.Prompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The recorded sets of which answers' lengths are known. Loads anew at each call; immutable. */
public final class LengthSets {
    private static final Map<String, Function<Path, AnswerLengths>> KNOWN = known();

    private final Path folder;

    /** @param folder holds one folder per source; need not exist, then every load says so */
    public LengthSets(Path folder) {
        this.folder = folder;
    }

    private static Map<String, Function<Path, AnswerLengths>> known() {
        Map<String, Function<Path, AnswerLengths>> sets = new LinkedHashMap<>();
        sets.put("alpaca-eval", LengthSets::alpaca);
        sets.put("arena-hard", LengthSets::arena);
        sets.put("bfcl", LengthSets::bfcl);
        return sets;
    }

    /** Every name that {@link #load} takes. */
    public static List<String> names() {
        return List.copyOf(KNOWN.keySet());
    }

    /** The set called {@code name}; {@link DataProblem} when nobody knows it or its files are absent. */
    public AnswerLengths load(String name) {
        Function<Path, AnswerLengths> set = KNOWN.get(name);
        if (set == null) {
            throw new DataProblem(
                    "no set of lengths is called '" + name + "'; there are " + String.join(", ", names()));
        }
        if (!Files.isDirectory(folder)) {
            throw new DataProblem("no folder " + folder.toAbsolutePath().normalize()
                    + ": recorded data is not part of Fresnel; name its folder with --data DIR");
        }
        return set.apply(folder);
    }

    /** The counts are one object of arrays, one entry per prompt of the whole set, null where the prompt is not at hand. */
    private static AnswerLengths alpaca(Path folder) {
        LineReader reader = new LineReader(folder);
        Map<String, List<JsonValue>> counts = new LinkedHashMap<>();
        reader.eachJson(
                "_derived/alpaca_eval_tokens_o200k.json",
                all -> all.fields().forEach((model, column) -> {
                    if (!model.equals("prompt")) {
                        counts.put(model, all.items(model));
                    }
                }));
        List<Prompt> prompts = new ArrayList<>();
        reader.eachJson("alpaca_eval/instructions.jsonl", line -> {
            int index = (int) line.number("i");
            Map<String, Long> tokens = new LinkedHashMap<>();
            counts.forEach((model, column) -> {
                if (index < column.size() && column.get(index) instanceof JsonValue.Num(double count) && count >= 1) {
                    tokens.put(model, (long) count);
                }
            });
            add(prompts, "alpaca-" + index, line.text("instruction"), Prompt.Tools.NONE, tokens);
        });
        return new AnswerLengths(
                "alpaca-eval", prompts, reader.skipped(), "tokens counted with o200k, whatever the model's tokenizer");
    }

    private static AnswerLengths arena(Path folder) {
        LineReader reader = new LineReader(folder);
        Map<String, Map<String, Long>> byPrompt = new LinkedHashMap<>();
        reader.eachJson("_derived/arena_hard_tokens_o200k.jsonl", line -> count(byPrompt, line, "uid", "file", "out"));
        List<Prompt> prompts = new ArrayList<>();
        reader.eachJson(
                "arena_hard/v0.1_question.jsonl",
                line -> add(
                        prompts,
                        line.text("uid"),
                        line.text("prompt"),
                        Prompt.Tools.NONE,
                        byPrompt.getOrDefault(line.text("uid"), Map.of())));
        return new AnswerLengths(
                "arena-hard", prompts, reader.skipped(), "tokens counted with o200k, whatever the model's tokenizer");
    }

    private static AnswerLengths bfcl(Path folder) {
        LineReader reader = new LineReader(folder);
        Map<String, Map<String, Long>> byPrompt = new LinkedHashMap<>();
        reader.eachJson("bfcl/outcomes_18models.jsonl", line -> {
            if (line.find("out").isPresent()) {
                count(byPrompt, line, "id", "model", "out");
            }
        });
        List<Prompt> prompts = new ArrayList<>();
        reader.eachJson(
                "bfcl/prompts.jsonl",
                line -> add(
                        prompts,
                        line.text("id"),
                        line.text("question"),
                        Prompt.Tools.OFFERED,
                        byPrompt.getOrDefault(line.text("id"), Map.of())));
        return new AnswerLengths("bfcl", prompts, reader.skipped(), "tool calls; tokens as each provider billed them");
    }

    private static void count(
            Map<String, Map<String, Long>> byPrompt, JsonValue.Obj line, String id, String model, String tokens) {
        long count = (long) line.number(tokens);
        if (count < 1) {
            throw new BadRow("an answer has a token or more, not " + count);
        }
        byPrompt.computeIfAbsent(line.text(id), _ -> new LinkedHashMap<>()).put(line.text(model), count);
    }

    private static void add(
            List<Prompt> prompts, String id, String text, Prompt.Tools tools, Map<String, Long> tokens) {
        if (tokens.isEmpty()) {
            throw new BadRow("no model answered it");
        }
        prompts.add(new Prompt(id, text, tools, tokens));
    }
}
