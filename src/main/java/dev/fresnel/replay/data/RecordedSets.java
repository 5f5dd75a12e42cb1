package dev.fresnel.replay.data;

import dev.fresnel.replay.data.Bfcl.Priced;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The recorded data sets that a replay can name, and where to look for them. Loads anew at each call; immutable. */
public final class RecordedSets {
    private static final List<Known> KNOWN = List.of(
            new Known("routellm-mmlu", "56 subjects, GPT-4 Turbo or Mixtral 8x7B", RouteLlm.mmlu()),
            new Known("routellm-mmlu-all", "the same with the faulty subject", RouteLlm.mmluWithFaultySubject()),
            new Known("routellm-gsm8k", "grade-school mathematics, the same models", RouteLlm.gsm8k()),
            new Known(
                    "cascades-gpt4o",
                    "five benchmarks, GPT-4o or GPT-4o mini, with dollars and time",
                    new Cascades("qwen_oai_train.jsonl", List.of("gpt-4o", "gpt-4o-mini"))),
            new Known(
                    "cascades-llama",
                    "five benchmarks, Llama 3.1 405B or 8B, with dollars and time",
                    new Cascades("llama_train.jsonl", List.of("llama3.1-405b", "llama3.1-8b"))),
            new Known(
                    "paretobandit-llama",
                    "30 sources, Gemini 2.5 Pro or Llama 3.1 8B",
                    new ParetoBandit(List.of(ParetoBandit.GEMINI_PRO, ParetoBandit.LLAMA))),
            new Known(
                    "paretobandit-mistral",
                    "30 sources, Gemini 2.5 Pro or Mistral Large",
                    new ParetoBandit(List.of(ParetoBandit.GEMINI_PRO, ParetoBandit.MISTRAL))),
            new Known(
                    "paretobandit-3",
                    "30 sources, Gemini 2.5 Pro, Llama 3.1 8B or Gemini 2.5 Flash",
                    new ParetoBandit(List.of(ParetoBandit.GEMINI_PRO, ParetoBandit.LLAMA, ParetoBandit.GEMINI_FLASH))),
            new Known(
                    "bfcl-claude",
                    "tool calls, Claude 3.5 Sonnet or Claude 3 Haiku",
                    new Bfcl(List.of(
                            new Priced("claude-3-5-sonnet-20240620", 3, 15),
                            new Priced("claude-3-haiku-20240307", 0.25, 1.25)))),
            new Known(
                    "bfcl-gpt",
                    "tool calls, GPT-4 Turbo or GPT-3.5 Turbo",
                    new Bfcl(List.of(
                            new Priced("gpt-4-turbo-2024-04-09-FC", 10, 30),
                            new Priced("gpt-3.5-turbo-0125-FC", 0.5, 1.5)))),
            new Known(
                    "bfcl-trap",
                    "tool calls in prompt mode, where the dear GPT-4o is far worse than GPT-4o mini",
                    new Bfcl(List.of(
                            new Priced("gpt-4o-2024-08-06", 2.5, 10),
                            new Priced("gpt-4o-mini-2024-07-18", 0.15, 0.6)))),
            new Known(
                    "swebench-opus",
                    "agent runs, Claude Opus 4.5 or GPT-5 mini",
                    new SweBench(List.of(
                            "Claude 4.5 Opus medium (20251101)", "GPT-5 mini (2025-08-07) (medium reasoning)"))),
            new Known(
                    "swebench-gemini",
                    "agent runs, Gemini 3 Pro or DeepSeek V3.2",
                    new SweBench(List.of("Gemini 3 Pro Preview (2025-11-18)", "DeepSeek V3.2 Reasoner"))));

    private final Path folder;

    private record Known(String name, String about, Loader loader) {}

    /** @param folder holds one folder per source; need not exist, then every load says so */
    public RecordedSets(Path folder) {
        this.folder = folder;
    }

    /** Every name with one line about it, in a fixed order. */
    public static List<String> describe() {
        return KNOWN.stream().map(known -> known.name() + ": " + known.about()).toList();
    }

    /** Every name that {@link #load} takes. */
    public static List<String> names() {
        return KNOWN.stream().map(Known::name).toList();
    }

    /** The set called {@code name}; {@link DataProblem} when nobody knows it or its files are absent. */
    public DataSet load(String name) {
        Optional<Known> known =
                KNOWN.stream().filter(set -> set.name().equals(name)).findFirst();
        if (known.isEmpty()) {
            throw new DataProblem("no data set is called '" + name + "'; there are " + String.join(", ", names()));
        }
        if (!Files.isDirectory(folder)) {
            throw new DataProblem("no folder " + folder.toAbsolutePath().normalize()
                    + ": recorded data is not part of Fresnel; name its folder with --data DIR");
        }
        return known.get().loader().load(name, folder);
    }
}
