package dev.fresnel.observe;

import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.BudgetState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Metrics of budgets. Labels are tenants of the config, three periods and four states; names of keys are none, since keys may be issued without end.
 * Thread-safe.
 */
public final class BudgetMetrics {
    private static final String LEFT = "fresnel.budget.left.ratio";
    private static final String WORSE = "fresnel.budget.worse";

    private final MeterRegistry registry;
    private final Set<Meter.Id> gauges = ConcurrentHashMap.newKeySet();
    private volatile Supplier<List<BudgetStanding>> standings = List::of;

    BudgetMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Shows these limits from now on, and no others.
     *
     * @param asked how every limit of every tenant stands; asked at each scrape
     */
    public void watch(Supplier<List<BudgetStanding>> asked) {
        standings = asked;
        List.copyOf(gauges).forEach(id -> {
            registry.remove(id);
            gauges.remove(id);
        });
        asked.get().forEach(limit -> {
            String tenant = limit.account().tenant().value();
            Gauge gauge = Gauge.builder(LEFT, () -> left(limit))
                    .description("Share of a tenant's budget that is not spent, 0 to 1.")
                    .tags("tenant", tenant, "period", limit.period().key())
                    .register(registry);
            gauges.add(gauge.getId());
            Arrays.stream(BudgetState.values())
                    .filter(state -> state != BudgetState.AMPLE)
                    .forEach(state -> counter(tenant, state).increment(0));
        });
    }

    private double left(BudgetStanding limit) {
        return standings.get().stream()
                .filter(now -> now.account().equals(limit.account()) && now.period() == limit.period())
                .mapToDouble(BudgetStanding::share)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** A limit of a tenant or of one of its keys got worse. */
    public void onWorse(BudgetStanding standing) {
        counter(standing.account().tenant().value(), standing.state()).increment();
    }

    private Counter counter(String tenant, BudgetState state) {
        return Counter.builder(WORSE)
                .description("Budgets of a tenant and its keys that came into this state.")
                .tags("tenant", tenant, "state", state.key())
                .register(registry);
    }
}
