package dev.fresnel.replay.proof;

import dev.fresnel.budget.HeapSpendStore;
import dev.fresnel.budget.Ledger;
import dev.fresnel.budget.SpendStore;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.outcome.MemoryArmStateStore;
import dev.fresnel.outcome.MemoryDecisionStore;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.time.InstantSource;

/** What replicas share in a test. */
record MemoryStores(ArmStateStore arms, DecisionStore decisions, SpendStore spend) implements SharedStores {
    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    static MemoryStores open() {
        return over(new MemoryArmStateStore(() -> START));
    }

    static MemoryStores over(ArmStateStore arms) {
        return new MemoryStores(arms, new MemoryDecisionStore(() -> START), new HeapSpendStore());
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String corner() {
        return "test-";
    }

    @Override
    public Instant now() {
        return START;
    }

    @Override
    public boolean hasLeases() {
        return false;
    }

    @Override
    public Ledger ledger(String replica, TenantId tenant, InstantSource clock) {
        return Ledger.unread(spend, clock, _ -> {});
    }

    @Override
    public void close() {}
}
