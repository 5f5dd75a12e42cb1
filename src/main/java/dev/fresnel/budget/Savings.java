package dev.fresnel.budget;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;

/**
 * What a delegated request cost and what the requested model would have cost on the same tokens.
 *
 * <p>{@code saved = counterfactual - (execution + lens + retries)}; negative when delegation lost money. The requested model would
 * not have read the lens, so the lens block's tokens are taken out of its input. That it would have written just as many tokens
 * is an assumption: nobody observes the answer that was not given.
 *
 * @param counterfactual the requested model on the client's own input and the answer's length
 * @param execution what answering cost
 * @param lens what writing the lens cost, when this request caused it; zero for a cached lens
 * @param retries what failed attempts cost before
 */
public record Savings(Usd counterfactual, Usd execution, Usd lens, Usd retries) {
    /** Everything this request caused to be spent. */
    public Usd actual() {
        return execution.plus(lens).plus(retries);
    }

    public Usd saved() {
        return counterfactual.minus(actual());
    }

    /** The saving as a share of the counterfactual, below 0 for a loss; 0 when the counterfactual is free. */
    public double share() {
        return counterfactual.nanos() == 0 ? 0 : (double) saved().nanos() / counterfactual.nanos();
    }

    /**
     * Books one delegated answer.
     *
     * @param requested price of the model the client asked for
     * @param worker price of the model that answered
     * @param used tokens of the answer as the provider counted them, lens included
     * @param lensBlockTokens tokens of the injected block, 0 for a bare worker
     */
    public static Savings of(
            Price requested, Price worker, Usage used, long lensBlockTokens, Usd lensCost, Usd retries) {
        return new Savings(requested.of(withoutLens(used, lensBlockTokens)), worker.of(used), lensCost, retries);
    }

    private static Usage withoutLens(Usage used, long lensBlockTokens) {
        long input = Math.max(0, used.inputTokens() - Math.max(0, lensBlockTokens));
        return new Usage(
                input,
                Math.min(used.cachedInputTokens(), input),
                used.outputTokens(),
                used.reasoningTokens(),
                used.extras());
    }
}
