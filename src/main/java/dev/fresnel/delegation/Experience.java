package dev.fresnel.delegation;

import dev.fresnel.budget.CostModel;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Usage;
import dev.fresnel.estimate.Answerer;
import dev.fresnel.estimate.InputCalibration;
import dev.fresnel.estimate.LearnedLength;
import dev.fresnel.estimate.LengthReading;
import dev.fresnel.estimate.LensWork;
import dev.fresnel.estimate.TaskText;
import dev.fresnel.policy.Arm;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.TenantId;

/**
 * What finished exchanges have taught about sizes: lengths of answers, tokens billed for a prompt, the work of writing a lens, and how
 * often an arm's requests come back to the requested model. With nothing learned, estimates are those of the request's words and the
 * constants of {@link CostModel#DEFAULT}.
 *
 * <p>The methods that learn belong to one thread. The others may be called by any thread, never wait, and read what was published last.
 */
public final class Experience {
    private final LearnedLength lengths = new LearnedLength();
    private final InputCalibration inputs = new InputCalibration();
    private final LensWork lensWork = new LensWork();
    private final Escalations escalations = new Escalations();

    /**
     * What is expected of a request, and what is needed to learn from it later.
     *
     * @param countedTokens of the input, as the tokenizer counts
     */
    public record Expected(Estimates estimates, LengthReading reading, long countedTokens) {}

    /**
     * @param task of this request
     * @param countedTokens of the whole request
     * @param requested the declared model that the client asked for
     */
    public Expected expected(
            TenantId tenant, ChatRequest request, TaskText task, long countedTokens, ModelName requested) {
        LengthReading reading = lengths.read(tenant, request, task, countedTokens);
        Estimates estimates = new Estimates(
                inputs.billed(requested, countedTokens), lengths.estimate(reading, Answerer.plain(requested)));
        return new Expected(estimates, reading, countedTokens);
    }

    /** What is expected of {@code worker} in place of the requested model. */
    CostModel costs(TenantId tenant, Worker worker, ModelName model, ModelName requested) {
        Answerer.Guided guided = switch (worker.guidance()) {
            case LENS -> Answerer.Guided.BY_LENS;
            case BARE -> Answerer.Guided.NOT;
        };
        return new CostModel(
                escalations.rate(tenant, worker.arm()),
                lengths.verbosity(new Answerer(model, guided), Answerer.plain(requested)));
    }

    /** Tokens that {@code model} bills for an input of which {@code requested} bills {@code tokens}. */
    long inputTokens(ModelName model, ModelName requested, long tokens) {
        return Math.round(tokens * inputs.ratio(model) / inputs.ratio(requested));
    }

    /** Output tokens, reasoning included, of writing a lens that is to have {@code lensTokens}. */
    long lensOutputTokens(ModelName smart, long lensTokens) {
        return lensWork.outputTokens(smart, lensTokens);
    }

    /** The answer is whole: nothing cut it short. */
    public void learnLength(LengthReading reading, Answerer answerer, Usage usage) {
        lengths.learn(reading, answerer, usage);
    }

    /** @param countedTokens of all that was sent, a lens included */
    public void learnInput(ModelName model, long countedTokens, Usage usage) {
        inputs.learn(model, countedTokens, usage.inputTokens());
    }

    /** @param escalated the arm's answer was found bad, and the requested model answered after all */
    public void learnDelegation(TenantId tenant, Arm arm, boolean escalated) {
        escalations.learn(tenant, arm, escalated);
    }

    /** @param usage of writing one lens, as the provider reported it */
    public void learnLens(ModelName smart, Usage usage) {
        lensWork.learn(smart, usage.outputTokens());
    }
}
