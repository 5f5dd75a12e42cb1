package dev.fresnel.app;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Ledger;
import dev.fresnel.lens.LensEvent;
import dev.fresnel.observe.Metrics;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;

/** Books to tenants what the gateway's own calls cost, those that no exchange settles. Thread-safe. */
final class Charging {
    private final Ledger ledger;
    private final Metrics metrics;

    Charging(Ledger ledger, Metrics metrics) {
        this.ledger = ledger;
        this.metrics = metrics;
    }

    /** Every writing of a lens is booked here, once, whichever request caused it and whether it succeeded. */
    void lens(LensEvent event) {
        charge(
                event.tenant(),
                switch (event) {
                    case LensEvent.Created created -> created.cost();
                    case LensEvent.Failed failed -> failed.cost();
                    case LensEvent.Retired _, LensEvent.StoreFailed _ -> Usd.ZERO;
                });
    }

    /** A model has named the kind of a task. */
    void classifier(TenantId tenant, Usd cost) {
        charge(tenant, cost);
        metrics.onClassifierCost(tenant, cost);
    }

    private void charge(TenantId tenant, Usd cost) {
        ledger.charge(Account.of(tenant), cost)
                .onFailure(problem -> System.getLogger("fresnel")
                        .log(System.Logger.Level.WARNING, "a spend of " + tenant + " was not stored", problem));
    }
}
