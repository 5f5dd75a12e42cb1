package dev.fresnel.budget;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;

/**
 * What a model costs, in US dollars per million tokens.
 *
 * @param input per million uncached input tokens
 * @param cachedInput per million input tokens read from the provider's prompt cache
 * @param output per million output tokens, reasoning included
 */
public record Price(Usd input, Usd cachedInput, Usd output) {
    private static final long MILLION = 1_000_000;

    /** What {@code usage} costs at this price, each part rounded half up to the nano-dollar. */
    public Usd of(Usage usage) {
        long cached = Math.min(usage.cachedInputTokens(), usage.inputTokens());
        return cost(usage.inputTokens() - cached, input)
                .plus(cost(cached, cachedInput))
                .plus(cost(usage.outputTokens(), output));
    }

    private static Usd cost(long tokens, Usd perMillion) {
        long product = Math.multiplyExact(tokens, perMillion.nanos());
        return new Usd(Math.floorDiv(product + MILLION / 2, MILLION));
    }
}
