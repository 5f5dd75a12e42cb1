package dev.fresnel.delegation;

import dev.fresnel.budget.CostModel;
import dev.fresnel.budget.Price;
import dev.fresnel.value.Usd;
import java.util.Locale;

/**
 * The output length above which delegating is expected to save money: RFC-137's constant of 2000 tokens, computed instead of
 * guessed. Setting the cost of answering directly equal to the cost of delegating gives
 *
 * <pre>
 *        C_lens/m + (n_in + l)*c_in + K_sw - (1-f)*n_in*s_in
 * L* =  -----------------------------------------------------
 *                    (1-f)*s_out - r*c_out
 * </pre>
 *
 * <ul>
 *   <li>{@code C_lens} price of writing the lens, {@code m} expected uses, {@code l} tokens of the lens;
 *   <li>{@code n_in} input tokens; {@code s_in, s_out} the requested model's prices, {@code c_in, c_out} the worker's;
 *   <li>{@code f} probability that the requested model must answer after all, {@code r} the worker's relative verbosity
 *       ({@link CostModel});
 *   <li>{@code K_sw} value of the provider's prompt cache that a switch in mid-conversation throws away.
 * </ul>
 *
 * <p>A denominator of zero or less means that the worker's output is not cheaper: never. A numerator of zero or less means that
 * the cheaper input alone pays: always. Input is priced uncached, since a lens under a short system prompt reaches no provider's
 * caching minimum.
 */
public sealed interface BreakEven {
    /** Saves money for answers longer than {@code tokens}, which is above 0. */
    record Above(double tokens) implements BreakEven {}

    /** Saves money whatever the length. */
    record Always() implements BreakEven {}

    /** Loses money whatever the length. */
    record Never() implements BreakEven {}

    /** Whether an answer of {@code outputTokens} is on the saving side. */
    default boolean isPassedBy(long outputTokens) {
        return switch (this) {
            case Above above -> outputTokens > above.tokens();
            case Always always -> true;
            case Never never -> false;
        };
    }

    /** For a person: {@code 375 tokens}, {@code always}, {@code never}. */
    default String text() {
        return switch (this) {
            case Above above -> String.format(Locale.ROOT, "%.0f tokens", above.tokens());
            case Always always -> "always";
            case Never never -> "never";
        };
    }

    /**
     * Prices and sizes of one comparison.
     *
     * @param lensCost {@code C_lens}, zero for a cached lens or a bare worker
     * @param expectedUses {@code m}, 1 or more
     * @param inputTokens {@code n_in}, as the requested model bills it
     * @param workerInputTokens {@code n_in + l}, as the worker bills it
     * @param switchLoss {@code K_sw}
     */
    record Terms(
            Price requested,
            Price worker,
            Usd lensCost,
            double expectedUses,
            long inputTokens,
            long workerInputTokens,
            Usd switchLoss) {}

    static BreakEven of(Terms terms, CostModel model) {
        double kept = 1 - model.escalation();
        Price requested = terms.requested().at(terms.inputTokens());
        Price worker = terms.worker().at(terms.workerInputTokens());
        double numerator = terms.lensCost().nanos() / Math.max(1, terms.expectedUses())
                + terms.workerInputTokens() * perToken(worker.input())
                + terms.switchLoss().nanos()
                - kept * terms.inputTokens() * perToken(requested.input());
        double denominator = kept * perToken(requested.output()) - model.verbosity() * perToken(worker.output());
        if (denominator <= 0) {
            return new Never();
        }
        return numerator <= 0 ? new Always() : new Above(numerator / denominator);
    }

    /** Nano-dollars per token: a ratio for a length in tokens; amounts of money stay integers. */
    private static double perToken(Usd perMillion) {
        return perMillion.nanos() / 1e6;
    }
}
