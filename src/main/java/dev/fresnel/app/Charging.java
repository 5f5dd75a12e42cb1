package dev.fresnel.app;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Ledger;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.observe.Metrics;
import dev.fresnel.savings.SavingsBook;
import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;

/** Books to tenants what the gateway's own calls cost, those that no exchange settles. Thread-safe. */
final class Charging {
    private final Ledger ledger;
    private final Metrics metrics;
    private final SavingsBook savings;

    Charging(Ledger ledger, Metrics metrics, SavingsBook savings) {
        this.savings = savings;
        this.ledger = ledger;
        this.metrics = metrics;
    }

    /** Every writing of a lens is booked here, once, whichever request caused it and whether it succeeded. */
    void lens(LensEvent event) {
        switch (event) {
            case LensEvent.Created created -> lens(created.requestId(), created.tenant(), created.cost());
            case LensEvent.Failed failed -> lens(failed.requestId(), failed.tenant(), failed.cost());
            case LensEvent.Retired _, LensEvent.StoreFailed _ -> {}
        }
    }

    private void lens(RequestId cause, TenantId tenant, Usd cost) {
        charge(tenant, cost);
        savings.lens(cause, tenant, cost);
    }

    /** A model has named the kind of a task. */
    void classifier(TenantId tenant, Usd cost) {
        charge(tenant, cost);
        savings.own(tenant, cost);
        metrics.onClassifierCost(tenant, cost);
    }

    private void charge(TenantId tenant, Usd cost) {
        ledger.charge(Account.of(tenant), cost)
                .onFailure(problem -> System.getLogger("fresnel")
                        .log(System.Logger.Level.WARNING, "a spend of " + tenant + " was not stored", problem));
    }
}
