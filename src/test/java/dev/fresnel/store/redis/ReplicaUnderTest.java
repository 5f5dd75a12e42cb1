package dev.fresnel.store.redis;

import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Reservation;
import dev.fresnel.budget.Verdict;
import dev.fresnel.testing.Await;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What one process of several has of its own: a link, a store and a ledger. */
record ReplicaUnderTest(LinkUnderTest link, RedisSpendStore store, Ledger ledger) {
    static final TenantId ACME = new TenantId("acme");
    static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    static ReplicaUnderTest on(LinkUnderTest link, String name, Duration term) {
        RedisSpendStore store =
                new RedisSpendStore(link.vertx(), link.link(), name, () -> Map.of(ACME, List.of("ci")), term);
        return new ReplicaUnderTest(link, store, Ledger.leasing(store, () -> NOW, System::nanoTime, _ -> {}));
    }

    Verdict obtain(Payer payer, Usd worst) {
        return Await.result(ledger.obtain(payer, worst));
    }

    Reservation granted(Payer payer, Usd worst) {
        Verdict verdict = obtain(payer, worst);
        if (verdict instanceof Verdict.Granted(Reservation reservation)) {
            return reservation;
        }
        throw new AssertionError("not granted: " + verdict);
    }

    /** {@link #granted}, and never settled. */
    void take(Payer payer, Usd worst) {
        Reservation _ = granted(payer, worst);
    }

    void settle(Reservation reservation, Usd cost) {
        Await.result(ledger.settle(reservation, cost));
    }

    /** Its heartbeat; not waited for. */
    void renew() {
        Future<Void> _ = ledger.renew();
    }

    void leave() {
        Await.result(ledger.giveBack());
        Await.result(store.close());
    }
}
