package dev.fresnel.budget;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Expected and worst-case cost of each way to answer one request, from prices and token estimates. With strong price
 * {@code s}, worker price {@code c}, lens of {@code l} tokens written from {@code n_l}, {@code m} expected uses, escalation
 * probability {@code f} and verbosity ratio {@code r}:
 *
 * <pre>
 * direct = n_in*s_in + L*s_out
 * lens   = n_l*s_in + (l + reasoning)*s_out
 * worker = lens/m + (n_in + l)*c_in + r*L*c_out + f*direct
 * </pre>
 *
 * <p>All input is priced uncached: what a provider's cache will hold is not known before the call. Immutable.
 *
 * @param escalation {@code f}, 0.0 to 1.0: how often the requested model must answer after all
 * @param verbosity {@code r}, above 0: the worker's output length as a multiple of the requested model's
 */
public record CostModel(double escalation, double verbosity) {
    /** A tenth of delegated requests is answered by the requested model in the end; answers are equally long. */
    public static final CostModel DEFAULT = new CostModel(0.1, 1);

    public CostModel {
        if (!(escalation >= 0 && escalation <= 1)) {
            throw new IllegalArgumentException("escalation is a probability: " + escalation);
        }
        if (!(verbosity > 0 && verbosity < 1000)) {
            throw new IllegalArgumentException("verbosity is a positive ratio: " + verbosity);
        }
    }

    /** The requested model answers. */
    public static Usd direct(Price requested, Work work) {
        return requested.of(Usage.of(work.inputTokens(), work.outputTokens()));
    }

    /** The smart model writes the lens once. */
    public static Usd lens(Price smart, LensSize lens) {
        return smart.of(Usage.of(lens.promptTokens(), lens.writtenTokens() + lens.reasoningTokens()));
    }

    /** The worker answers, with {@code lensBlockTokens} injected (0 for a bare one), without the lens's own price. */
    public Usd execution(Price worker, Work work, long lensBlockTokens) {
        return worker.of(
                Usage.of(work.inputTokens() + lensBlockTokens, Math.round(verbosity * (double) work.outputTokens())));
    }

    /**
     * The most that an answer can cost. A worker that writes more than the requested model is bound by the same cap.
     *
     * @param most tokens it can consume without the lens
     */
    public static Usd atMost(Price worker, Work most, long lensBlockTokens) {
        return worker.atMost(Usage.of(most.inputTokens() + lensBlockTokens, most.outputTokens()));
    }

    /** The share {@code f} of requests that the requested model answers after all. */
    public Usd escalations(Usd direct) {
        return scale(direct, escalation);
    }

    /** {@code lens/m}, rounded half up to the nano-dollar. */
    public static Usd perUse(Usd lensCost, double expectedUses) {
        return scale(lensCost, 1 / Math.max(1, expectedUses));
    }

    private static Usd scale(Usd amount, double factor) {
        return new Usd(BigDecimal.valueOf(amount.nanos())
                .multiply(BigDecimal.valueOf(factor))
                .setScale(0, RoundingMode.HALF_UP)
                .longValueExact());
    }

    /**
     * Tokens of one request.
     *
     * @param inputTokens {@code n_in}, as the client sent it
     * @param outputTokens {@code L}, all choices together
     */
    public record Work(long inputTokens, long outputTokens) {}

    /**
     * Tokens of writing one lens.
     *
     * @param promptTokens {@code n_l}: template plus task
     * @param writtenTokens {@code l}: the lens, as it will be injected
     * @param reasoningTokens hidden output of a reasoning model on top
     */
    public record LensSize(long promptTokens, long writtenTokens, long reasoningTokens) {}
}
