package dev.fresnel.budget;

import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What every tenant spent and set aside on the current UTC day. A request reserves its worst case before it is sent and settles
 * its real cost after; running requests count with their worst case, so as long as no request costs more than it reserved,
 * {@code spent <= limit} holds at every moment, whatever runs in parallel.
 *
 * <p>At midnight UTC the count starts again from zero. A reservation belongs to the day that granted it: settled after midnight,
 * its cost is booked to that day and does not touch the new one. A clock that steps back across midnight keeps the later day, so
 * that nothing spent is forgotten.
 *
 * <p>Thread-safe. Deciding takes no I/O: one atomic step per tenant in memory; additions go to the {@link SpendStore} behind it.
 */
public final class Ledger {
    private final Map<TenantId, Account> accounts = new ConcurrentHashMap<>();
    private final SpendStore store;
    private final InstantSource clock;

    private Ledger(SpendStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A ledger that continues today's count from the store. Fails when the store cannot be read: spend must not be forgotten. */
    public static Future<Ledger> open(SpendStore store, InstantSource clock) {
        Ledger ledger = new Ledger(store, clock);
        LocalDate today = utcDay(clock);
        return store.spentOn(today).map(spent -> {
            spent.forEach((tenant, amount) -> ledger.accounts.put(tenant, new Account(today, amount, Usd.ZERO)));
            return ledger;
        });
    }

    /**
     * A ledger that has not read its store yet and counts from zero until {@link #refresh} succeeds: for a store that may be away
     * at start and must not keep the gateway from serving.
     */
    public static Ledger unread(SpendStore store, InstantSource clock) {
        return new Ledger(store, clock);
    }

    /**
     * Takes over what the store knows of today beyond this ledger: other replicas' spend. Never lowers a count, so what was
     * settled here meanwhile stays. Fails when the store cannot be read; then nothing has changed.
     */
    public Future<Void> refresh() {
        LocalDate today = utcDay(clock);
        return store.spentOn(today)
                .map(spent -> {
                    spent.forEach((tenant, amount) -> accounts.compute(tenant, (_, known) -> {
                        Account account = Account.on(today, known);
                        return account.day.equals(today) && account.spent.isLessThan(amount)
                                ? new Account(today, amount, account.reserved)
                                : account;
                    }));
                    return spent;
                })
                .mapEmpty();
    }

    /**
     * Sets {@code worstCase} aside, or refuses when spent plus reserved plus it would exceed the limit.
     *
     * @param dailyLimit of the tenant; empty: always granted, and still counted
     * @param worstCase not negative
     */
    public Verdict reserve(TenantId tenant, Optional<Usd> dailyLimit, Usd worstCase) {
        if (worstCase.nanos() < 0) {
            throw new IllegalArgumentException("a reservation is not negative: " + worstCase);
        }
        LocalDate today = utcDay(clock);
        // compute runs once per attempt and holds the tenant's bin: check and change are one step.
        Verdict[] verdict = new Verdict[1];
        accounts.compute(tenant, (_, known) -> {
            Account account = Account.on(today, known);
            Usd committed = sum(sum(account.spent, account.reserved), worstCase);
            if (dailyLimit.isPresent() && dailyLimit.get().isLessThan(committed)) {
                verdict[0] = new Verdict.Denied(
                        dailyLimit.get(), account.spent, account.reserved, worstCase, midnightAfter(account.day));
                return account;
            }
            verdict[0] = new Verdict.Granted(new Reservation(tenant, account.day, worstCase));
            return new Account(account.day, account.spent, sum(account.reserved, worstCase));
        });
        return verdict[0];
    }

    /**
     * Closes the reservation and books what the request really cost; {@link Usd#ZERO} gives everything back. The first call
     * counts, every later one is a no-op that succeeds. Memory is right when the method returns; the future fails when the store
     * could not be told, and then only a restart before midnight would forget the amount.
     *
     * @param actual not negative; may exceed the reservation when the estimate was too low, and is then booked in full
     */
    public Future<Void> settle(Reservation reservation, Usd actual) {
        if (!reservation.close()) {
            return Future.succeededFuture();
        }
        Usd cost = actual.nanos() < 0 ? Usd.ZERO : actual;
        LocalDate today = utcDay(clock);
        accounts.computeIfPresent(reservation.tenant(), (_, known) -> {
            Account account = Account.on(today, known);
            return account.day.equals(reservation.day())
                    ? new Account(account.day, sum(account.spent, cost), account.reserved.minus(reservation.amount()))
                    : account;
        });
        return cost.equals(Usd.ZERO)
                ? Future.succeededFuture()
                : store.add(reservation.tenant(), reservation.day(), cost);
    }

    /**
     * Books money that no reservation covers: a lens written in the background for later requests. Counts against today's limit
     * from now on; see {@link #settle} for the future.
     */
    public Future<Void> charge(TenantId tenant, Usd cost) {
        return switch (reserve(tenant, Optional.empty(), Usd.ZERO)) {
            case Verdict.Granted(Reservation reservation) -> settle(reservation, cost);
            case Verdict.Denied denied -> throw new AssertionError("no limit was given: " + denied);
        };
    }

    /** Settled today, running requests not included. */
    public Usd spentToday(TenantId tenant) {
        return today(tenant).spent;
    }

    /** Set aside today for requests still running. */
    public Usd reservedToday(TenantId tenant) {
        return today(tenant).reserved;
    }

    /** What is left of the limit after spend and reservations, never negative; empty without a limit. */
    public Optional<Usd> remaining(TenantId tenant, Optional<Usd> dailyLimit) {
        return dailyLimit.map(limit -> {
            Account account = today(tenant);
            Usd committed = sum(account.spent, account.reserved);
            return limit.isLessThan(committed) ? Usd.ZERO : limit.minus(committed);
        });
    }

    private Account today(TenantId tenant) {
        return Account.on(utcDay(clock), accounts.get(tenant));
    }

    private static LocalDate utcDay(InstantSource clock) {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private static Instant midnightAfter(LocalDate day) {
        return day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Saturates: an absurd worst case must be denied, not overflow into a small number. */
    private static Usd sum(Usd a, Usd b) {
        long sum = a.nanos() + b.nanos();
        return new Usd(sum < 0 ? Long.MAX_VALUE : sum);
    }

    private record Account(LocalDate day, Usd spent, Usd reserved) {
        static Account on(LocalDate today, @org.jspecify.annotations.Nullable Account known) {
            return known == null || known.day.isBefore(today) ? new Account(today, Usd.ZERO, Usd.ZERO) : known;
        }
    }
}
