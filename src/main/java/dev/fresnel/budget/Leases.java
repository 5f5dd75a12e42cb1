package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The shares of budgets that a replica holds, and its asks for them. Each account's share is a {@link Leasehold} in its balance; asks go to the
 * {@link LeaseStore} one at a time per account. Thread-safe.
 */
final class Leases {
    private final Books books;
    private final LeaseStore store;
    private final LongSupplier nanos;

    /** @param nanos passes evenly, whatever the clock does */
    Leases(Books books, LeaseStore store, LongSupplier nanos) {
        this.books = books;
        this.store = store;
        this.nanos = nanos;
    }

    boolean isReachable() {
        return store.isReachable();
    }

    /** Less than the term by what an answer takes that is waited for, and some more. */
    private long goodUntil(long asked) {
        return asked + store.term().toNanos() * 5 / 6;
    }

    /** Under the lock: the first account whose share does not cover it. */
    Optional<Verdict.Unleased> uncovered(Books.Book book, Payer payer, Usd worstCase) {
        if (worstCase.equals(Usd.ZERO)) {
            return Optional.empty();
        }
        boolean lost = !store.isReachable();
        long now = nanos.getAsLong();
        Optional<Verdict.Unleased> uncovered = Optional.empty();
        for (Payer.Line line : payer.lines()) {
            if (line.budget().isLimited()) {
                Balance balance = book.balance(line.account());
                Leasehold lease = balance.lease(line.budget(), now);
                lease.wants(line.budget(), worstCase);
                OnStoreLoss rule = lost || lease.isLost() ? payer.onStoreLoss() : OnStoreLoss.LOCAL_SHARE;
                boolean covered = switch (rule) {
                    case ALLOW -> true;
                    case DENY -> false;
                    case LOCAL_SHARE -> !lease.free(balance.allReserved(), now).isLessThan(worstCase);
                };
                if (!covered) {
                    uncovered = uncovered.or(() -> Optional.of(new Verdict.Unleased(line.account(), worstCase)));
                }
            }
        }
        return uncovered;
    }

    /** A request waits for {@link #ask}. */
    void waits(Payer payer, Usd worstCase) {
        change(payer, lease -> lease.waits(worstCase));
    }

    void waitsNoLonger(Payer payer, Usd worstCase) {
        change(payer, lease -> lease.waitsNoLonger(worstCase));
    }

    private void change(Payer payer, Consumer<Leasehold> change) {
        var _ = books.withLock(payer.tenant(), book -> {
            payer.lines().stream()
                    .filter(line -> line.budget().isLimited())
                    .forEach(line -> book.balance(line.account()).lease().ifPresent(change));
            return payer;
        });
    }

    /** Asks for what the payer's shares lack; fails when the store did not answer for one of them. */
    Future<Void> ask(Payer payer, Usd worstCase) {
        List<Future<Boolean>> asked = payer.lines().stream()
                .filter(line -> line.budget().isLimited())
                .map(line -> ask(line.account(), worstCase))
                .toList();
        return Future.join(asked).mapEmpty();
    }

    /** So that the next request need not wait. */
    void askAhead(Payer payer) {
        if (!store.isReachable()) {
            return;
        }
        for (Payer.Line line : payer.lines()) {
            boolean due = line.budget().isLimited()
                    && books.on(
                            line.account(),
                            balance -> balance.lease()
                                    .filter(lease -> lease.isShort(balance.allReserved(), nanos.getAsLong()))
                                    .isPresent());
            if (due) {
                var _ = ask(line.account(), Usd.ZERO);
            }
        }
    }

    Future<Void> renew() {
        return askForAll(_ -> {});
    }

    Future<Void> giveBack() {
        // What is under way first: it asks for more than is needed now.
        return askForAll(_ -> {}).compose(_ -> askForAll(Leasehold::rests));
    }

    private Future<Void> askForAll(Consumer<Leasehold> before) {
        List<Future<Boolean>> asked = new ArrayList<>();
        books.tenants().forEach(tenant -> {
            List<Account> accounts = books.withLock(tenant, book -> {
                List<Account> held = new ArrayList<>();
                book.balances()
                        .forEach((account, balance) -> balance.lease()
                                .filter(lease -> lease.isHeld(balance.allReserved()))
                                .ifPresent(lease -> {
                                    before.accept(lease);
                                    held.add(account);
                                }));
                return held;
            });
            accounts.forEach(account -> asked.add(ask(account, Usd.ZERO)));
        });
        return Future.join(asked).mapEmpty();
    }

    /** One ask at a time for an account, so that its answers come in the order of its asks: who comes meanwhile shares what comes of it. */
    private Future<Boolean> ask(Account account, Usd next) {
        long asked = nanos.getAsLong();
        Promise<Boolean> done = Promise.promise();
        List<LeaseStore.Ask> asks = new ArrayList<>();
        Future<Boolean> answered = books.on(account, balance -> {
            Leasehold lease = balance.lease().orElseThrow();
            return lease.asking().orElseGet(() -> {
                asks.add(lease.ask(account, balance.day(), balance.allReserved(), next, done.future()));
                return done.future();
            });
        });
        asks.forEach(ask -> store.lease(ask).onComplete(answer -> {
            var _ = books.on(account, balance -> {
                Leasehold lease = balance.lease().orElseThrow();
                if (answer.succeeded()) {
                    lease.granted(answer.result(), goodUntil(asked), balance.bookedEver());
                    balance.learn(answer.result().spent(), ask.today());
                } else {
                    lease.refused();
                }
                return balance;
            });
            done.handle(answer.map(true));
        }));
        return answered;
    }
}
