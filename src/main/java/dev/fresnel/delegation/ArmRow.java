package dev.fresnel.delegation;

import dev.fresnel.policy.Arm;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Optional;

/**
 * One arm as it stood when the decision was taken: what it would cost and what keeps it from answering. Money is empty where a
 * price is missing, never zero.
 *
 * @param worker empty for {@code direct}
 * @param model that would answer; empty when it is not declared
 * @param expectedCost at the median length, with its share of escalations and, where the lens is written at once, of the lens
 * @param lensCost writing the lens once, in full; zero when it is cached or the worker is bare
 * @param missed savings that requests missed for want of this lens, which is bought once they reach its price; empty where it is written
 *     at once, is there, or is not needed
 * @param expectedSaving direct cost minus {@code expectedCost}, minus a lost prompt cache; zero for {@code direct}
 * @param breakEven output length above which the arm saves money; empty for {@code direct}
 * @param worstCase what to reserve: a lens built now and the answer at its longest. A fallback to the requested model is not in it and
 *     reserves for itself: counting it here would make every cheap arm as dear as the one it is to spare
 * @param obstacles empty: the arm may answer
 */
public record ArmRow(
        Arm arm,
        Optional<Worker> worker,
        Optional<Model> model,
        Optional<Usd> expectedCost,
        Optional<Usd> lensCost,
        Optional<Usd> missed,
        Optional<Usd> expectedSaving,
        Optional<BreakEven> breakEven,
        Optional<Usd> worstCase,
        List<Obstacle> obstacles) {
    public ArmRow {
        obstacles = List.copyOf(obstacles);
    }

    public boolean feasible() {
        return obstacles.isEmpty();
    }

    /** The expected cost in dollars; not a number where a price is missing. */
    double dollars() {
        return expectedCost.map(Usd::dollars).orElse(Double.NaN);
    }
}
