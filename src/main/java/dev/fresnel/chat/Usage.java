package dev.fresnel.chat;

/**
 * Tokens as a provider counted and will bill them.
 *
 * @param inputTokens all prompt tokens, cached ones included
 * @param cachedInputTokens the part of the input read from the provider's prompt cache
 * @param outputTokens all completion tokens, reasoning ones included
 * @param reasoningTokens the hidden part of the output
 */
public record Usage(long inputTokens, long cachedInputTokens, long outputTokens, long reasoningTokens) {
    public static final Usage NONE = new Usage(0, 0, 0, 0);

    public static Usage of(long inputTokens, long outputTokens) {
        return new Usage(inputTokens, 0, outputTokens, 0);
    }

    public Usage plus(Usage other) {
        return new Usage(
                inputTokens + other.inputTokens,
                cachedInputTokens + other.cachedInputTokens,
                outputTokens + other.outputTokens,
                reasoningTokens + other.reasoningTokens);
    }

    public long totalTokens() {
        return inputTokens + outputTokens;
    }
}
