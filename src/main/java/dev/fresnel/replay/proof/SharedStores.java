package dev.fresnel.replay.proof;

import dev.fresnel.budget.Ledger;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.value.TenantId;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The gateway's own stores, as the replicas of a proof share them. Port: who opens them closes them, and closing removes whatever was
 * written under {@link #corner}. Thread-safe.
 */
public interface SharedStores extends AutoCloseable {
    /** What they are, in words. */
    String name();

    /** What every population and every tenant of the proof begins with; nobody else's does. */
    String corner();

    /** The stores' own time, roughly. */
    Instant now();

    ArmStateStore arms();

    DecisionStore decisions();

    /** Whether several replicas can spend one budget out of leases; one process needs none. */
    boolean hasLeases();

    /**
     * One replica's ledger of one tenant, as a gateway with these stores has it; it counts from zero until it is refreshed.
     *
     * @param replica in hex digits; differs between any two that use the tenant
     * @param clock the proof's own, which may run much faster than the stores' does
     */
    Ledger ledger(String replica, TenantId tenant, InstantSource clock);

    @Override
    void close();
}
