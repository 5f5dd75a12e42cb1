package dev.fresnel.savings;

import dev.fresnel.value.TenantId;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Map;

/**
 * Keeps the {@link Sums} of every account, over all replicas, for {@value #KEPT_DAYS} days. Port. Thread-safe; no method throws or blocks the caller; never
 * asked on the way of a request.
 */
public interface StatementStore {
    /** After the day itself. */
    int KEPT_DAYS = 400;

    /**
     * Adds, once; additions commute. Completes when it is as durable as the store makes it. A store that is away fails the future, or keeps the addition in
     * memory and completes late: whoever calls must not repeat it.
     */
    Future<Void> add(Account account, Sums sums);

    /**
     * What is known of a tenant, additions under way included, by account, of days from {@code from} to {@code to}, both included. A stored value that is none is
     * reported and left out. Fails when the store cannot be read.
     */
    Future<Map<Account, Sums>> read(TenantId tenant, LocalDate from, LocalDate to);
}
