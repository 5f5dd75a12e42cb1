package dev.fresnel.chat;

/**
 * Tokens as a provider counted and will bill them.
 *
 * @param inputTokens all prompt tokens, cached ones included
 * @param cachedInputTokens the part of the input read from the provider's prompt cache
 * @param outputTokens all completion tokens, reasoning ones included
 * @param reasoningTokens the hidden part of the output
 * @param extras other parts that some providers bill at rates of their own
 */
public record Usage(long inputTokens, long cachedInputTokens, long outputTokens, long reasoningTokens, Extras extras) {
    public static final Usage NONE = new Usage(0, 0, 0, 0);

    /** Of text only, nothing of it written to a cache. */
    public Usage(long inputTokens, long cachedInputTokens, long outputTokens, long reasoningTokens) {
        this(inputTokens, cachedInputTokens, outputTokens, reasoningTokens, Extras.NONE);
    }

    public static Usage of(long inputTokens, long outputTokens) {
        return new Usage(inputTokens, 0, outputTokens, 0);
    }

    public Usage plus(Usage other) {
        return new Usage(
                inputTokens + other.inputTokens,
                cachedInputTokens + other.cachedInputTokens,
                outputTokens + other.outputTokens,
                reasoningTokens + other.reasoningTokens,
                extras.plus(other.extras));
    }

    public long totalTokens() {
        return inputTokens + outputTokens;
    }

    /**
     * Parts of the input and the output that most replies do not have.
     *
     * @param cacheWriteTokens the part of the input that the provider put into its prompt cache
     * @param audioInputTokens the part of the input that is sound
     * @param audioOutputTokens the part of the output that is sound
     */
    public record Extras(long cacheWriteTokens, long audioInputTokens, long audioOutputTokens) {
        public static final Extras NONE = new Extras(0, 0, 0);

        Extras plus(Extras other) {
            return new Extras(
                    cacheWriteTokens + other.cacheWriteTokens,
                    audioInputTokens + other.audioInputTokens,
                    audioOutputTokens + other.audioOutputTokens);
        }
    }
}
