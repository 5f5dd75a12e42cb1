package dev.fresnel.budget;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;
import java.util.Optional;

/**
 * What a model costs, in US dollars per million tokens.
 *
 * <p>Every token is billed once: sound at its own price, cached or not, then what came from the cache, then what was written to it, and the
 * rest of the input; in the output sound, then reasoning, then the rest. Arithmetic saturates at a billion dollars and treats negative
 * counts as zero: token counts come from clients ({@code max_tokens}) and providers, and an absurd one must neither overflow into a
 * discount nor throw on the reply path.
 *
 * @param input per million uncached input tokens
 * @param cachedInput per million input tokens read from the provider's prompt cache
 * @param output per million output tokens
 * @param extras what some models bill apart
 * @param longContext in place of all this, for requests with long input
 */
public record Price(Usd input, Usd cachedInput, Usd output, Extras extras, Optional<LongContext> longContext) {
    private static final long MILLION = 1_000_000;
    private static final Usd CEILING = new Usd(1_000_000_000_000_000_000L);

    /** One price for all input and one for all output, however long. */
    public Price(Usd input, Usd cachedInput, Usd output) {
        this(input, cachedInput, output, Extras.none(input, output), Optional.empty());
    }

    /**
     * Prices of parts that are billed apart.
     *
     * @param cacheWrite per million input tokens that the provider puts into its prompt cache
     * @param reasoning per million hidden output tokens
     * @param audioInput per million input tokens of sound
     * @param audioOutput per million output tokens of sound
     */
    public record Extras(Usd cacheWrite, Usd reasoning, Usd audioInput, Usd audioOutput) {
        /** Nothing is billed apart. */
        public static Extras none(Usd input, Usd output) {
            return new Extras(input, output, input, output);
        }
    }

    /**
     * The price of a request whose input is longer than {@code above} tokens, all of its tokens included.
     *
     * @param price has no long context of its own
     */
    public record LongContext(long above, Price price) {}

    /** The prices that hold for a request with that much input. */
    public Price at(long inputTokens) {
        return longContext
                .filter(range -> inputTokens > range.above())
                .map(LongContext::price)
                .orElse(this);
    }

    /** This price where everything in the input came from the provider's cache. */
    public Price allCached() {
        return new Price(
                cachedInput,
                cachedInput,
                output,
                extras,
                longContext.map(
                        range -> new LongContext(range.above(), range.price().allCached())));
    }

    /**
     * What that much text can cost at the worst: none of it from a cache, and everything billed at the dearest rate that the model has for
     * it, such as that of writing to a cache.
     */
    public Usd atMost(Usage usage) {
        Price there = at(usage.inputTokens());
        return new Price(
                        dearest(there.input, there.extras.cacheWrite, there.extras.audioInput),
                        there.input,
                        dearest(there.output, there.extras.reasoning, there.extras.audioOutput))
                .of(Usage.of(usage.inputTokens(), usage.outputTokens()));
    }

    private static Usd dearest(Usd one, Usd other, Usd third) {
        Usd dearer = one.isLessThan(other) ? other : one;
        return dearer.isLessThan(third) ? third : dearer;
    }

    /** What {@code usage} costs at this price, each part rounded half up to the nano-dollar. */
    public Usd of(Usage usage) {
        long inputTokens = Math.max(0, usage.inputTokens());
        return at(inputTokens).flat(usage, inputTokens);
    }

    private Usd flat(Usage usage, long inputTokens) {
        long sound = Math.clamp(usage.extras().audioInputTokens(), 0, inputTokens);
        long cached = Math.clamp(usage.cachedInputTokens(), 0, inputTokens - sound);
        long written = Math.clamp(usage.extras().cacheWriteTokens(), 0, inputTokens - sound - cached);
        long outputTokens = Math.max(0, usage.outputTokens());
        long spoken = Math.clamp(usage.extras().audioOutputTokens(), 0, outputTokens);
        long reasoned = Math.clamp(usage.reasoningTokens(), 0, outputTokens - spoken);
        return cost(inputTokens - sound - cached - written, input)
                .plus(cost(sound, extras.audioInput))
                .plus(cost(cached, cachedInput))
                .plus(cost(written, extras.cacheWrite))
                .plus(output(outputTokens - spoken, reasoned))
                .plus(cost(spoken, extras.audioOutput));
    }

    /** One product where reasoning costs what other output does, so that a price's rounding does not depend on how output is split. */
    private Usd output(long tokens, long reasoned) {
        return extras.reasoning.equals(output)
                ? cost(tokens, output)
                : cost(tokens - reasoned, output).plus(cost(reasoned, extras.reasoning));
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
