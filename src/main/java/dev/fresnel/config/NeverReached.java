package dev.fresnel.config;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.Period;
import dev.fresnel.config.TenantSection.KeySection;
import dev.fresnel.tenant.Limit;
import dev.fresnel.tenant.Limits;
import dev.fresnel.value.Usd;
import java.util.List;
import java.util.Optional;

/** Limits that another one comes before, so that they bind nothing: warned of where they are written. Changes nothing. */
final class NeverReached {
    private final List<TenantSection> tenants;
    private final Findings findings;

    NeverReached(List<TenantSection> tenants, Findings findings) {
        this.tenants = tenants;
        this.findings = findings;
    }

    void run() {
        for (int t = 0; t < tenants.size(); t++) {
            TenantSection tenant = tenants.get(t);
            KeyPath path = KeyPath.of("tenants").at(t);
            Money money = new Money(path.at("budget"), tenant.budget().limits().budget());
            Traffic traffic =
                    new Traffic(path.at("limits"), new Limits(tenant.limits().most()));
            money(money, Optional.empty());
            traffic(traffic, Optional.empty());
            for (int k = 0; k < tenant.keys().size(); k++) {
                KeySection key = tenant.keys().get(k);
                KeyPath here = path.at("keys").at(k);
                money(new Money(here.at("budget"), key.budget().budget()), Optional.of(money));
                traffic(new Traffic(here.at("limits"), new Limits(key.limits().most())), Optional.of(traffic));
            }
        }
    }

    private record Money(KeyPath path, Budget budget) {
        KeyPath at(Period period) {
            return path.at(period.adjective());
        }

        Optional<KeyPath> before(Period period, Usd amount) {
            return budget.before(period, amount).map(this::at);
        }
    }

    private void money(Money own, Optional<Money> tenant) {
        for (Period period : own.budget().periods()) {
            Usd amount = own.budget().limit(period).orElseThrow();
            own.before(period, amount)
                    .or(() -> tenant.flatMap(above -> above.before(period, amount)))
                    .ifPresent(first -> neverReached(own.at(period), first));
        }
    }

    private record Traffic(KeyPath path, Limits limits) {
        KeyPath at(Limit limit) {
            return path.at(limit.key());
        }

        Optional<KeyPath> before(Limit limit, long amount) {
            return limits.before(limit, amount).map(this::at);
        }
    }

    private void traffic(Traffic own, Optional<Traffic> tenant) {
        own.limits()
                .most()
                .forEach((limit, amount) -> own.before(limit, amount)
                        .or(() -> tenant.flatMap(above -> above.before(limit, amount)))
                        .ifPresent(first -> neverReached(own.at(limit), first)));
    }

    private void neverReached(KeyPath path, KeyPath first) {
        findings.warn(
                path,
                "is never reached, since " + findings.name(first) + " is lower",
                "lower it, raise the other, or remove it");
    }
}
