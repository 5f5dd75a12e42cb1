package dev.fresnel.delegation;

import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Optional;

/** Which worker a low budget takes: with a lens first, then bare. */
record Ladder(Downgrade downgrade) {
    /**
     * The first of the preferred sort; on the last rung, for want of it, the first of the other.
     *
     * @param direct what the requested model is expected to cost; empty: nothing is known to be cheaper
     */
    Optional<ArmRow> worker(List<ArmRow> rows, Optional<Usd> direct) {
        return switch (downgrade) {
            case NONE -> Optional.empty();
            case TO_LENS -> first(rows, Guidance.LENS, direct);
            case TO_BARE -> first(rows, Guidance.BARE, direct).or(() -> first(rows, Guidance.LENS, direct));
        };
    }

    private static Optional<ArmRow> first(List<ArmRow> rows, Guidance guidance, Optional<Usd> direct) {
        return rows.stream()
                .filter(ArmRow::feasible)
                .filter(row -> row.worker()
                        .filter(worker -> worker.guidance() == guidance)
                        .isPresent())
                .filter(row -> direct.flatMap(usd -> row.expectedCost().filter(cost -> cost.isLessThan(usd)))
                        .isPresent())
                .findFirst();
    }

    Reason reason() {
        return switch (downgrade) {
            case NONE, TO_LENS -> Reason.BUDGET_STATE_LOW;
            case TO_BARE -> Reason.BUDGET_STATE_CRITICAL;
        };
    }
}
