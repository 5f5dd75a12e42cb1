package dev.fresnel.budget;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;

/**
 * What a model costs, in US dollars per million tokens.
 *
 * <p>Arithmetic saturates at a billion dollars and treats negative counts as zero: token counts come from clients
 * ({@code max_tokens}) and providers, and an absurd one must neither overflow into a discount nor throw on the reply path.
 *
 * @param input per million uncached input tokens
 * @param cachedInput per million input tokens read from the provider's prompt cache
 * @param output per million output tokens, reasoning included
 */
public record Price(Usd input, Usd cachedInput, Usd output) {
    private static final long MILLION = 1_000_000;
    private static final Usd CEILING = new Usd(1_000_000_000_000_000_000L);

    /** What {@code usage} costs at this price, each part rounded half up to the nano-dollar. */
    public Usd of(Usage usage) {
        long inputTokens = Math.max(0, usage.inputTokens());
        long cached = Math.clamp(usage.cachedInputTokens(), 0, inputTokens);
        return cost(inputTokens - cached, input)
                .plus(cost(cached, cachedInput))
                .plus(cost(Math.max(0, usage.outputTokens()), output));
    }

    private static Usd cost(long tokens, Usd perMillion) {
        if (Math.multiplyHigh(tokens, perMillion.nanos()) != 0) {
            return CEILING;
        }
        long product = tokens * perMillion.nanos();
        if (product < 0 || product > Long.MAX_VALUE - MILLION) {
            return CEILING;
        }
        Usd cost = new Usd((product + MILLION / 2) / MILLION);
        return CEILING.isLessThan(cost) ? CEILING : cost;
    }
}
