package dev.fresnel.savings;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** An experiment whose conversations are given one after another: what simulations drive, with the very sums of the {@link SavingsBook}. Not thread-safe. */
public final class Experiment {
    private static final Account ACCOUNT = new Account(new TenantId("simulated"), "simulated", LocalDate.EPOCH);

    private final Sums.Building sums = new Sums.Building();

    /**
     * A conversation took place.
     *
     * @param costs of its requests
     * @param outcome 0.0 to 1.0; empty if nobody knows
     */
    public void add(Trial trial, List<Usd> costs, Optional<Double> outcome) {
        Tab tab = new Tab(ACCOUNT, trial);
        costs.forEach(cost -> tab.pay(cost, sums));
        outcome.ifPresent(quality -> {
            sums.judged(trial);
            sums.rejudged(trial, 0, quality);
        });
    }

    /** The statement on all of them. */
    public StatementRow row() {
        return StatementRow.of(
                ACCOUNT.tenant(), Optional.empty(), Optional.empty(), sums.built(), StatementRow.Lot.DRAWN);
    }
}
