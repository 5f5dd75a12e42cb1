package dev.fresnel.observe;

import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.BudgetState;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Metrics of budgets. Labels are tenants of the config, three periods and four states; names of keys are none, since keys may be issued without end.
 * Thread-safe.
 */
public final class BudgetMetrics {
    private static final String LEFT = "fresnel.budget.left.ratio";
    private static final String WORSE = "fresnel.budget.worse";

    private final Meters meters;
    private final TenantLabels names;

    BudgetMetrics(Meters meters, TenantLabels names) {
        this.meters = meters;
        this.names = names;
    }

    /**
     * Shows these limits from now on, and no others; of tenants that have a name in metrics.
     *
     * @param tenants how every limit of each tenant stands; asked at each scrape, once per limit
     */
    public void watch(List<Supplier<List<BudgetStanding>>> tenants) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (Supplier<List<BudgetStanding>> tenant : tenants) {
            for (BudgetStanding limit : tenant.get()) {
                String id = names.of(limit.account().tenant());
                if (names.isNamed(limit.account().tenant())) {
                    rows.add(MultiGauge.Row.of(
                            Tags.of("tenant", id, "period", limit.period().key()), () -> left(limit, tenant.get())));
                }
                Arrays.stream(BudgetState.values())
                        .filter(state -> state != BudgetState.AMPLE)
                        .forEach(state -> meters.register(WORSE, "tenant", id, "state", state.key()));
            }
        }
        meters.perRow(LEFT, MetricCatalogue.help(LEFT, "tenant", "", "period", ""), rows);
    }

    private static double left(BudgetStanding limit, List<BudgetStanding> now) {
        return now.stream()
                .filter(one -> one.period() == limit.period())
                .mapToDouble(BudgetStanding::share)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** A limit of a tenant or of one of its keys got worse. */
    public void onWorse(BudgetStanding standing) {
        meters.count(
                WORSE,
                "tenant",
                names.of(standing.account().tenant()),
                "state",
                standing.state().key());
    }
}
