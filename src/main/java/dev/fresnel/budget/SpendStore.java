package dev.fresnel.budget;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Map;

/**
 * Keeps what every tenant spent on every UTC day, across restarts. Port: {@link Ledger} decides on its own copy in memory and
 * sends additions here, so an implementation is never waited for before a reply. Thread-safe.
 */
public interface SpendStore {
    /**
     * What each tenant has spent on {@code day} so far, additions under way included; tenants without spend are absent. Read when the
     * ledger opens, and again and again where several replicas share the store.
     */
    Future<Map<TenantId, Usd>> spentOn(LocalDate day);

    /**
     * Adds {@code amount} to what {@code tenant} spent on {@code day}, once. Additions of several callers commute. Completes when the
     * addition is as durable as the store makes it; never throws. A store that is away fails the future, or keeps the addition in
     * memory and completes late.
     */
    Future<Void> add(TenantId tenant, LocalDate day, Usd amount);
}
