package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Map;

/**
 * Keeps what every account spent in each UTC day and month, and altogether, across restarts. Port: {@link Ledger} decides on its own copy in
 * memory and sends additions here, so an implementation is never waited for before a reply. Thread-safe.
 */
public interface SpendStore {
    /**
     * What each account has spent as of {@code day}, additions under way included; accounts without spend are absent. Read when the
     * ledger opens, and again and again where several replicas share the store.
     */
    Future<Map<Account, Spent>> spentAsOf(LocalDate day);

    /**
     * Adds {@code amount} to what {@code account} spent on {@code day}, in that day's month and altogether, once. Additions of several callers
     * commute. Completes when the addition is as durable as the store makes it; never throws. A store that is away fails the future, or
     * keeps the addition in memory and completes late.
     */
    Future<Void> add(Account account, LocalDate day, Usd amount);
}
