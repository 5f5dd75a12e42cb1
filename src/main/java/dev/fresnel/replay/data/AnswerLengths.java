package dev.fresnel.replay.data;

import java.util.List;
import java.util.Map;

/**
 * Recorded lengths of answers: prompts, and how many tokens each of several models answered with. Immutable.
 *
 * @param name of the set
 * @param prompts in file order, at least one
 * @param skipped lines left out
 * @param note what a reader of results must know about these rows
 */
public record AnswerLengths(String name, List<Prompt> prompts, List<SkippedLine> skipped, String note) {
    public AnswerLengths {
        prompts = List.copyOf(prompts);
        skipped = List.copyOf(skipped);
        if (prompts.isEmpty()) {
            throw new DataProblem("data set " + name + " has no usable prompt"
                    + (skipped.isEmpty()
                            ? ""
                            : "; first of " + skipped.size() + " skipped lines: " + skipped.getFirst()));
        }
    }

    /**
     * One prompt and its answers.
     *
     * @param tools whether it came with tools to call
     * @param tokens of the answer, by model, 1 or more each; at least one
     */
    public record Prompt(String id, String text, Tools tools, Map<String, Long> tokens) {
        /** What a request offers the model besides words. */
        public enum Tools {
            OFFERED,
            NONE
        }

        public Prompt {
            // In file order: streams are drawn from it by chance, which must find the same order each time.
            tokens = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(tokens));
            if (tokens.isEmpty() || tokens.values().stream().anyMatch(count -> count < 1)) {
                throw new IllegalArgumentException("every answer has a token or more: " + id);
            }
        }
    }

    /** Answers in all. */
    public int answers() {
        return prompts.stream().mapToInt(prompt -> prompt.tokens().size()).sum();
    }
}
