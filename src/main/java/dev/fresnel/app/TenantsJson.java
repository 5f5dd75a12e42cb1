package dev.fresnel.app;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.Ledger;
import dev.fresnel.chat.JsonText;
import dev.fresnel.delegation.RoutePlan;
import dev.fresnel.pause.KillSwitch;
import dev.fresnel.tenant.KeyRegister;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.tenant.TenantRoute;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tenants of the config in force and their money, as JSON. Nothing of a key but how many there are. */
final class TenantsJson {
    private TenantsJson() {}

    /** For {@code /admin/tenants}. */
    static String tenants(List<Tenant> tenants, KeyRegister register, KillSwitch killSwitch) {
        Map<TenantId, List<TenantKey>> budgeted = Registering.budgeted(tenants, register);
        return "{\"tenants\":"
                + array(
                        tenants,
                        tenant -> "{\"id\":" + JsonText.quote(tenant.id().value())
                                + ",\"open\":" + tenant.isOpen()
                                + ",\"keys\":" + tenant.keys().size()
                                + ",\"upstream\":" + JsonText.quote(tenant.upstream())
                                + "," + limits(tenant.budget().limits())
                                + ",\"key_budgets\":"
                                + array(
                                        budgeted.getOrDefault(tenant.id(), List.of()),
                                        key -> "{\"key_name\":" + JsonText.quote(key.name()) + ","
                                                + limits(key.budget()) + "}")
                                + ",\"delegation_paused\":" + killSwitch.isPaused(tenant.id())
                                + ",\"routes\":" + array(tenant.routes(), TenantsJson::route) + "}")
                + "}";
    }

    private static String route(TenantRoute route) {
        RoutePlan plan = route.plan();
        return "{\"model\":" + JsonText.quote(route.modelPattern())
                + ",\"mode\":" + JsonText.quote(plan.mode().key())
                + ",\"smart\":"
                + plan.smart().map(model -> JsonText.quote(model.value())).orElse("null")
                + ",\"arms\":" + array(plan.arms(), arm -> JsonText.quote(arm.name()))
                + ",\"pooling\":"
                + JsonText.quote(plan.learned().pooling().name().toLowerCase(java.util.Locale.ROOT)) + "}";
    }

    /**
     * For {@code /admin/budgets}: every limit of every tenant and key, and the day's spend of tenants without any.
     *
     * @param only empty: of all tenants
     */
    static String budgets(List<Tenant> tenants, KeyRegister register, Optional<TenantId> only, Ledger ledger) {
        Map<TenantId, List<TenantKey>> budgeted = Registering.budgeted(tenants, register);
        return "{\"budgets\":"
                + tenants.stream()
                        .filter(tenant -> only.isEmpty() || only.get().equals(tenant.id()))
                        .flatMap(tenant ->
                                BudgetJson.standings(tenant, budgeted.getOrDefault(tenant.id(), List.of()), ledger))
                        .collect(Collectors.joining(",", "[", "]"))
                + "}";
    }

    private static String limits(Budget budget) {
        return "\"daily_budget_usd\":" + usd(budget.daily())
                + ",\"monthly_budget_usd\":" + usd(budget.monthly())
                + ",\"total_budget_usd\":" + usd(budget.total());
    }

    private static String usd(Optional<Usd> amount) {
        return amount.map(Usd::toString).orElse("null");
    }

    private static <T> String array(List<T> items, Function<T, String> form) {
        return items.stream().map(form).collect(Collectors.joining(",", "[", "]"));
    }
}
