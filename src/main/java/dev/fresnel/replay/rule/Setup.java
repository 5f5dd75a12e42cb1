package dev.fresnel.replay.rule;

import dev.fresnel.policy.Arm;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a rule is told before its first request: what an operator would have configured. Baselines use only the arms.
 *
 * @param arms the requested model first
 * @param successUsd what a success is worth, in dollars
 * @param guard largest share of the direct arm's quality that delegating may lose, 0 to 1; empty = no guard
 * @param budgetUsd dollars to spend per request on average; empty = no budget
 * @param seeds earlier evidence to start from
 */
public record Setup(
        List<Arm> arms, double successUsd, OptionalDouble guard, OptionalDouble budgetUsd, List<SeedEvidence> seeds) {
    public Setup {
        arms = List.copyOf(arms);
        seeds = List.copyOf(seeds);
    }

    /** No guard, no budget, cold start. */
    public static Setup plain(List<Arm> arms, double successUsd) {
        return new Setup(arms, successUsd, OptionalDouble.empty(), OptionalDouble.empty(), List.of());
    }

    public Setup guarded(double loss) {
        return new Setup(arms, successUsd, OptionalDouble.of(loss), budgetUsd, seeds);
    }

    public Setup budgeted(double usdPerRequest) {
        return new Setup(arms, successUsd, guard, OptionalDouble.of(usdPerRequest), seeds);
    }

    public Setup warmed(List<SeedEvidence> rows) {
        return new Setup(arms, successUsd, guard, budgetUsd, rows);
    }

    /**
     * Earlier results of one arm on one task.
     *
     * @param arm its number, 0 is the requested model
     * @param successes their summed quality, 0 to {@code trials}
     * @param trials how many
     */
    public record SeedEvidence(String task, int arm, double successes, double trials) {}
}
