package dev.fresnel.judge;

import dev.fresnel.budget.Price;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Usd;
import java.time.Duration;

/**
 * Who judges, and how much of it.
 *
 * @param share of the answers that are judged at least, 0.0 to 1.0
 * @param daily what all judging may cost per UTC day, in this process
 * @param weight how far a score is believed, 0.0 to 1.0
 * @param deadline of one judgement
 * @param concurrent judgements at once, at most
 */
public record JudgeSettings(
        Model model, Price price, double share, Usd daily, double weight, Duration deadline, int concurrent) {
    /**
     * The probability with which an answer is judged: where the policy was torn between two arms, one answer tells it most.
     *
     * <pre> max(share, 4 p (1 - p)) </pre>
     *
     * @param propensity {@code p}, with which the arm was chosen
     */
    public double probability(double propensity) {
        return Math.clamp(Math.max(share, 4 * propensity * (1 - propensity)), 0, 1);
    }
}
