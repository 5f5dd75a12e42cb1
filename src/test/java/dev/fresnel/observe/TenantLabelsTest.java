package dev.fresnel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.BudgetState;
import dev.fresnel.budget.Period;
import dev.fresnel.chat.Usage;
import dev.fresnel.exchange.ExchangeEvent;
import dev.fresnel.tenant.Limit;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** X4, where labels are made: what ten thousand tenants of one config, and of one config after another, come to. */
class TenantLabelsTest {
    private static final int TENANTS = 10_000;
    private static final int NAMED = 20;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Metrics metrics = new Metrics(registry, NAMED);

    private static List<TenantId> tenants(String prefix) {
        return IntStream.range(0, TENANTS)
                .mapToObj(i -> new TenantId(prefix + i))
                .toList();
    }

    private long series() {
        return registry.scrape().lines().filter(line -> !line.startsWith("#")).count();
    }

    private void serve(List<TenantId> tenants) {
        metrics.expect(Set.of("fast-worker"), tenants);
        metrics.watchPauses(tenants, _ -> false);
        metrics.watchBudgets(_ -> 0.5, tenants);
        metrics.budgets()
                .watch(tenants.stream()
                        .<Supplier<List<BudgetStanding>>>map(tenant -> () -> List.of(standing(tenant)))
                        .toList());
    }

    private static BudgetStanding standing(TenantId tenant) {
        return new BudgetStanding(
                Account.of(tenant), Period.DAY, "2026-01-01", new Usd(10), Usd.ZERO, Usd.ZERO, BudgetState.LOW);
    }

    private void traffic(TenantId tenant) {
        RequestId request = new RequestId("r");
        metrics.onLimited(tenant, Limit.CONCURRENT_STREAMS);
        metrics.onClassifierCost(tenant, new Usd(1));
        metrics.budgets().onWorse(standing(tenant));
        metrics.onExchange(new ExchangeEvent.DelegationSkipped(
                Instant.EPOCH, request, tenant, "not_worth_it", List.of(), Optional.empty(), 10));
        metrics.onExchange(new ExchangeEvent.DelegationStarted(
                Instant.EPOCH,
                request,
                tenant,
                "text of " + tenant,
                Optional.of("model-of-" + tenant),
                "cheap-of-" + tenant,
                "fast-worker",
                List.of(),
                10,
                "id-of-" + tenant + "; hit"));
        metrics.onExchange(new ExchangeEvent.DelegationFinished(
                Instant.EPOCH,
                request,
                tenant,
                "fast-worker",
                ExchangeEvent.End.COMPLETE,
                Optional.of("model-of-" + tenant),
                "cheap-of-" + tenant,
                Optional.of("cheap-of-" + tenant),
                1,
                Usage.NONE,
                true,
                Optional.empty(),
                Usd.ZERO,
                Optional.empty(),
                Optional.of(new Usd(1)),
                "id-of-" + tenant));
        metrics.onExchange(new ExchangeEvent.Finished(
                Instant.EPOCH,
                request,
                tenant,
                Optional.of("key-of-" + tenant),
                "/v1/path-of-" + tenant,
                200,
                ExchangeEvent.End.COMPLETE,
                Optional.empty(),
                Optional.of("model-of-" + tenant),
                Optional.of("cheap-of-" + tenant),
                Optional.of("rules"),
                "fast-worker",
                List.of(),
                1,
                Usage.NONE,
                true,
                Optional.of(new Usd(1)),
                Usd.ZERO,
                Optional.of(Duration.ofMillis(3)),
                Duration.ofMillis(9),
                Optional.empty()));
    }

    @Test
    void seriesAreBounded_howeverManyTenantsComeAndGo() {
        List<TenantId> first = tenants("first-");
        serve(first);
        first.subList(0, NAMED + 1).forEach(this::traffic);
        long before = series();

        first.forEach(this::traffic);
        assertThat(series()).isEqualTo(before);
        assertThat(registry.scrape())
                .contains("fresnel_requests_total{arm=\"fast-worker\",end=\"complete\",tenant=\"first-0\"} 2.0")
                .contains("fresnel_requests_total{arm=\"fast-worker\",end=\"complete\",tenant=\"*\"} "
                        + (TENANTS - NAMED + 1) + ".0")
                .doesNotContain("-of-");

        List<TenantId> second = tenants("second-");
        serve(second);
        second.forEach(this::traffic);
        assertThat(series())
                .as("gauges of tenants that are gone went with them")
                .isLessThan(before);
        serve(first);
        assertThat(series()).isEqualTo(before);
    }

    @Test
    void whatCannotBeAddedUp_isToldOfNamedTenantsOnly() {
        serve(tenants("t-"));

        assertThat(registry.scrape())
                .contains(
                        "fresnel_delegation_paused{tenant=\"t-19\"}",
                        "fresnel_budget_price{tenant=\"t-19\"}",
                        "fresnel_budget_left_ratio{period=\"day\",tenant=\"t-19\"}",
                        "fresnel_budget_worse_total{state=\"low\",tenant=\"*\"}")
                .doesNotContain(
                        "t-20\"",
                        "fresnel_delegation_paused{tenant=\"*\"}",
                        "fresnel_budget_price{tenant=\"*\"}",
                        "fresnel_budget_left_ratio{period=\"day\",tenant=\"*\"}");
    }
}
