package dev.fresnel.budget;

import dev.fresnel.value.TenantId;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The accounts of every tenant, behind a lock per tenant, which is held for single steps only. Thread-safe. */
final class Books {
    private final Map<TenantId, Book> books = new ConcurrentHashMap<>();
    private final InstantSource clock;

    Books(InstantSource clock) {
        this.clock = clock;
    }

    /** A tenant's accounts; used under its lock only. */
    static final class Book {
        private final Map<Account, Balance> balances = new HashMap<>();
        private LocalDate today = LocalDate.EPOCH;

        /** For one step, so that everybody who pays has the same day. A clock that steps back keeps the later one. */
        private Book on(LocalDate day) {
            today = day.isAfter(today) ? day : today;
            return this;
        }

        Balance balance(Account account) {
            Balance balance = balances.computeIfAbsent(account, key -> new Balance(key, today));
            balance.turnTo(today);
            return balance;
        }

        Map<Account, Balance> balances() {
            return balances;
        }
    }

    /** One step with one account. */
    <T> T on(Account account, Function<Balance, T> step) {
        return withLock(account.tenant(), book -> step.apply(book.balance(account)));
    }

    <T> T withLock(TenantId tenant, Function<Book, T> step) {
        Book book = books.computeIfAbsent(tenant, _ -> new Book());
        synchronized (book) {
            return step.apply(book.on(today()));
        }
    }

    /** Those that have accounts. */
    List<TenantId> tenants() {
        return List.copyOf(books.keySet());
    }

    /** The UTC day. */
    LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
}
