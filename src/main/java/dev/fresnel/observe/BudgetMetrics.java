package dev.fresnel.observe;

import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.BudgetState;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Metrics of budgets. Labels are tenants of the config, three periods and four states; names of keys are none, since keys may be issued without end.
 * Thread-safe.
 */
public final class BudgetMetrics {
    private static final String LEFT = "fresnel.budget.left.ratio";
    private static final String WORSE = "fresnel.budget.worse";

    private final Meters meters;

    BudgetMetrics(Meters meters) {
        this.meters = meters;
    }

    /**
     * Shows these limits from now on, and no others.
     *
     * @param standings how every limit of every tenant stands; asked at each scrape
     */
    public void watch(Supplier<List<BudgetStanding>> standings) {
        List<BudgetStanding> limits = standings.get();
        meters.perRow(
                LEFT,
                MetricCatalogue.help(LEFT, "tenant", "", "period", ""),
                limits.stream()
                        .map(limit -> MultiGauge.Row.of(
                                Tags.of(
                                        "tenant",
                                        limit.account().tenant().value(),
                                        "period",
                                        limit.period().key()),
                                () -> left(limit, standings.get())))
                        .collect(Collectors.toList()));
        limits.forEach(limit -> Arrays.stream(BudgetState.values())
                .filter(state -> state != BudgetState.AMPLE)
                .forEach(state -> meters.register(
                        WORSE, "tenant", limit.account().tenant().value(), "state", state.key())));
    }

    private static double left(BudgetStanding limit, List<BudgetStanding> now) {
        return now.stream()
                .filter(one -> one.account().equals(limit.account()) && one.period() == limit.period())
                .mapToDouble(BudgetStanding::share)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** A limit of a tenant or of one of its keys got worse. */
    public void onWorse(BudgetStanding standing) {
        meters.count(
                WORSE,
                "tenant",
                standing.account().tenant().value(),
                "state",
                standing.state().key());
    }
}
