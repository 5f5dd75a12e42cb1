package dev.fresnel.app;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Budget;
import dev.fresnel.budget.BudgetStanding;
import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Period;
import dev.fresnel.chat.JsonText;
import dev.fresnel.tenant.Tenant;
import dev.fresnel.tenant.TenantKey;
import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How limits on money stand, as JSON. */
final class BudgetJson {
    private BudgetJson() {}

    /**
     * The tenant's own limits, then those of each key; of a tenant without any, one row for the day.
     *
     * @param budgeted keys of the tenant that have a budget
     */
    static Stream<String> standings(Tenant tenant, List<TenantKey> budgeted, Ledger ledger) {
        Stream<BudgetStanding> own =
                ledger.standings(Payer.of(tenant.id(), tenant.budget().limits())).stream();
        Stream<BudgetStanding> keys = budgeted.stream()
                .flatMap(key ->
                        ledger.standings(Payer.of(tenant.id(), Budget.NONE).by(key.name(), key.budget())).stream());
        Stream<String> unlimited = tenant.budget().limits().isLimited()
                ? Stream.empty()
                : Stream.of(row(
                        Account.of(tenant.id()),
                        Period.DAY,
                        ledger.today().toString(),
                        Optional.empty(),
                        ledger.spent(Account.of(tenant.id())).day(),
                        ledger.reserved(Account.of(tenant.id())),
                        Optional.empty(),
                        "unlimited"));
        return Stream.concat(unlimited, Stream.concat(own, keys).map(BudgetJson::row));
    }

    private static String row(BudgetStanding standing) {
        return row(
                standing.account(),
                standing.period(),
                standing.window(),
                Optional.of(standing.limit()),
                standing.spent(),
                standing.reserved(),
                Optional.of(standing.left()),
                standing.state().key());
    }

    private static String row(
            Account account,
            Period period,
            String window,
            Optional<Usd> limit,
            Usd spent,
            Usd reserved,
            Optional<Usd> remaining,
            String state) {
        return "{\"tenant\":" + JsonText.quote(account.tenant().value())
                + ",\"key_name\":" + account.key().map(JsonText::quote).orElse("null")
                + ",\"period\":" + JsonText.quote(period.key())
                + ",\"window\":" + JsonText.quote(window)
                + ",\"limit_usd\":" + limit.map(Usd::toString).orElse("null")
                + ",\"spent_usd\":" + spent
                + ",\"reserved_usd\":" + reserved
                + ",\"remaining_usd\":" + remaining.map(Usd::toString).orElse("null")
                + ",\"state\":" + JsonText.quote(state) + "}";
    }
}
