package dev.fresnel.replay.proof;

import dev.fresnel.budget.SpendStore;
import dev.fresnel.outcome.ArmStateStore;
import dev.fresnel.outcome.DecisionStore;
import dev.fresnel.value.TenantId;
import java.time.Instant;

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

    /**
     * What one replica sees of the spend of one tenant.
     *
     * @param replica differs between any two that use the tenant
     */
    SpendStore spend(String replica, TenantId tenant);

    @Override
    void close();
}
