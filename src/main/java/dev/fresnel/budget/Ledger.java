package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What every account spent and set aside in the current UTC day and month, and altogether. A request reserves its worst case before it is
 * sent and settles its real cost after; running requests count with their worst case, so as long as no request costs more than it reserved,
 * {@code spent <= limit} holds at every moment for every limit of everybody who pays, whatever runs in parallel.
 *
 * <p>At midnight UTC the day's count starts again from zero, and the month's with the month. A reservation belongs to the day that granted it:
 * settled after midnight, its cost is booked to that day and does not touch the new one. A clock that steps back across midnight keeps the
 * later day, so that nothing spent is forgotten.
 *
 * <p>Thread-safe. Deciding takes no I/O: one short step under the tenant's lock; additions go to the {@link SpendStore} behind it.
 */
public final class Ledger {
    /** Round trips that one request may wait for. Each gives a share of what is left, so a burst larger than it takes several. */
    private static final int TRIES = 32;

    private final Books books;
    private final SpendStore store;
    private final Optional<Leases> leases;
    private final Consumer<BudgetStanding> worse;

    private Ledger(Books books, SpendStore store, Optional<Leases> leases, Consumer<BudgetStanding> worse) {
        this.books = books;
        this.store = store;
        this.leases = leases;
        this.worse = worse;
    }

    /**
     * A ledger that continues the counts from the store. Fails when the store cannot be read: spend must not be forgotten.
     *
     * @param worse told, on any thread, of every limit whose state got worse, once per state and window
     */
    public static Future<Ledger> open(SpendStore store, InstantSource clock, Consumer<BudgetStanding> worse) {
        Ledger ledger = unread(store, clock, worse);
        return ledger.refresh().map(ledger);
    }

    /**
     * A ledger that has not read its store yet and counts from zero until {@link #refresh} succeeds: for a store that may be away
     * at start and must not keep the gateway from serving.
     */
    public static Ledger unread(SpendStore store, InstantSource clock, Consumer<BudgetStanding> worse) {
        return new Ledger(new Books(clock), store, Optional.empty(), worse);
    }

    /**
     * A ledger of one replica of several, which spends limited money out of leases of its own. Like {@link #unread} otherwise; holds nothing
     * until it asks.
     *
     * @param nanos passes evenly, whatever the clock does
     */
    public static Ledger leasing(
            LeaseStore store, InstantSource clock, LongSupplier nanos, Consumer<BudgetStanding> worse) {
        Books books = new Books(clock);
        return new Ledger(books, store, Optional.of(new Leases(books, store, nanos)), worse);
    }

    /**
     * Takes over what the store knows beyond this ledger: other replicas' spend. Never lowers a count, so what was
     * settled here meanwhile stays. Fails when the store cannot be read; then nothing has changed.
     */
    public Future<Void> refresh() {
        LocalDate today = today();
        return store.spentAsOf(today)
                .map(spent -> {
                    spent.forEach((account, known) -> {
                        var _ = books.on(account, balance -> {
                            balance.learn(known, today);
                            return balance;
                        });
                    });
                    return spent;
                })
                .mapEmpty();
    }

    /**
     * Sets {@code worstCase} aside, or refuses when spent plus reserved plus it would exceed a limit of anybody who pays.
     *
     * @param worstCase not negative
     */
    public Verdict reserve(Payer payer, Usd worstCase) {
        Verdict verdict = atHand(payer, worstCase);
        leases.ifPresent(by -> by.askAhead(payer));
        return verdict;
    }

    private Verdict atHand(Payer payer, Usd worstCase) {
        if (worstCase.nanos() < 0) {
            throw new IllegalArgumentException("a reservation is not negative: " + worstCase);
        }
        List<BudgetStanding> untold = new ArrayList<>();
        Verdict verdict = books.withLock(payer.tenant(), book -> {
            Optional<Verdict.Denied> denied = payer.lines().stream()
                    .flatMap(line -> book.balance(line.account()).refusal(line.budget(), worstCase).stream())
                    .findFirst();
            payer.lines()
                    .forEach(line -> untold.addAll(book.balance(line.account()).untold(line.budget())));
            if (denied.isPresent()) {
                return denied.get();
            }
            Optional<Verdict.Unleased> unleased = leases.flatMap(by -> by.uncovered(book, payer, worstCase));
            if (unleased.isPresent()) {
                return unleased.get();
            }
            payer.lines().forEach(line -> book.balance(line.account()).reserve(worstCase));
            return new Verdict.Granted(new Reservation(
                    payer, book.balance(Account.of(payer.tenant())).day(), worstCase));
        });
        untold.forEach(worse);
        return verdict;
    }

    /**
     * {@link #reserve}, and where this replica's share does not cover it, asks the store for more first: one round trip, which the store
     * limits, or a few when many ask at once. Never fails.
     */
    public Future<Verdict> obtain(Payer payer, Usd worstCase) {
        Verdict verdict = atHand(payer, worstCase);
        return leases.map(by -> obtain(by, payer, worstCase, verdict)).orElseGet(() -> Future.succeededFuture(verdict));
    }

    private Future<Verdict> obtain(Leases by, Payer payer, Usd worstCase, Verdict atHand) {
        if (!(atHand instanceof Verdict.Unleased) || !by.isReachable()) {
            by.askAhead(payer);
            return Future.succeededFuture(atHand);
        }
        by.waits(payer, worstCase);
        return obtain(by, payer, worstCase, TRIES).onSuccess(answer -> {
            by.waitsNoLonger(payer, worstCase);
            if (!(answer instanceof Verdict.Unleased)) {
                by.askAhead(payer);
            }
        });
    }

    private Future<Verdict> obtain(Leases by, Payer payer, Usd worstCase, int tries) {
        return by.ask(payer, worstCase).transform(answer -> {
            Verdict again = atHand(payer, worstCase);
            if (answer.failed() || !(again instanceof Verdict.Unleased(Account account, Usd needed))) {
                return Future.succeededFuture(again);
            }
            BudgetStanding tightest = tightest(payer, account);
            if (tightest.left().isLessThan(needed)) {
                return Future.succeededFuture(exhausted(payer, tightest, needed));
            }
            // Others took what came, and there is more.
            return tries > 1 ? obtain(by, payer, worstCase, tries - 1) : Future.succeededFuture(again);
        });
    }

    private BudgetStanding tightest(Payer payer, Account account) {
        return standings(payer).stream()
                .filter(standing -> standing.account().equals(account))
                .min(Comparator.comparing(BudgetStanding::left))
                .orElseThrow();
    }

    /** The store has answered, and has no more to give: that is what is left of the limit. */
    private Verdict exhausted(Payer payer, BudgetStanding tightest, Usd needed) {
        Account account = tightest.account();
        List<BudgetStanding> untold = new ArrayList<>();
        Verdict denied = books.withLock(payer.tenant(), book -> {
            Balance balance = book.balance(account);
            balance.refuse(tightest);
            payer.lines().stream()
                    .filter(line -> line.account().equals(account))
                    .forEach(line -> untold.addAll(balance.untold(line.budget())));
            return new Verdict.Denied(tightest, needed, tightest.period().end(balance.day()));
        });
        untold.forEach(worse);
        return denied;
    }

    /**
     * Tells the store that this replica lives, and gives back what it has had no use for since the last time. To be called every few seconds; what fails
     * is tried again then.
     */
    public Future<Void> renew() {
        return leases.map(Leases::renew).orElseGet(Future::succeededFuture);
    }

    /** Gives everything back that no running request needs, at the end. Takes no longer than two asks. */
    public Future<Void> giveBack() {
        return leases.map(Leases::giveBack).orElseGet(Future::succeededFuture);
    }

    /**
     * Closes the reservation and books what the request really cost; {@link Usd#ZERO} gives everything back. The first call
     * counts, every later one is a no-op that succeeds. Memory is right when the method returns; the future fails when the store
     * could not be told, and then only a restart would forget the amount.
     *
     * @param actual not negative; may exceed the reservation when the estimate was too low, and is then booked in full
     */
    public Future<Void> settle(Reservation reservation, Usd actual) {
        if (!reservation.close()) {
            return Future.succeededFuture();
        }
        Usd cost = actual.nanos() < 0 ? Usd.ZERO : actual;
        List<BudgetStanding> untold = new ArrayList<>();
        List<Future<Void>> stored = books.withLock(reservation.payer().tenant(), book -> {
            List<Future<Void>> additions = new ArrayList<>();
            for (Payer.Line line : reservation.payer().lines()) {
                Balance balance = book.balance(line.account());
                balance.release(reservation.day(), reservation.amount());
                additions.add(book(balance, line.account(), reservation.day(), cost));
                untold.addAll(balance.untold(line.budget()));
            }
            return additions;
        });
        untold.forEach(worse);
        return Future.join(stored).mapEmpty();
    }

    /**
     * Books money that no reservation covers, to one account alone: a lens written in the background for later requests. Counts against the
     * limits from now on; see {@link #settle} for the future.
     */
    public Future<Void> charge(Account account, Usd cost) {
        return books.on(account, balance -> book(balance, account, balance.day(), cost));
    }

    private Future<Void> book(Balance balance, Account account, LocalDate day, Usd cost) {
        if (cost.equals(Usd.ZERO)) {
            return Future.succeededFuture();
        }
        balance.book(day, cost);
        return store.add(account, day, cost);
    }

    /** Settled as of now, running requests not included. */
    public Spent spent(Account account) {
        return books.on(account, Balance::spent);
    }

    /** Set aside today for requests still running. */
    public Usd reserved(Account account) {
        return books.on(account, Balance::reserved);
    }

    /** How every limit stands of everybody who pays. */
    public List<BudgetStanding> standings(Payer payer) {
        return books.withLock(
                payer.tenant(),
                book -> payer.lines().stream()
                        .flatMap(line -> line.budget().periods().stream()
                                .map(period -> book.balance(line.account()).standing(line.budget(), period)))
                        .toList());
    }

    /** What is left of the tightest limit after spend and reservations, never negative; empty without a limit. */
    public Optional<Usd> remaining(Payer payer) {
        return payer.isLimited()
                ? standings(payer).stream().map(BudgetStanding::left).min(Comparator.naturalOrder())
                : Optional.empty();
    }

    /** That of the limit that stands worst; ample without one. */
    public BudgetState state(Payer payer) {
        return payer.isLimited()
                ? standings(payer).stream()
                        .map(BudgetStanding::state)
                        .max(Comparator.naturalOrder())
                        .orElse(BudgetState.AMPLE)
                : BudgetState.AMPLE;
    }

    /** The UTC day by this ledger's clock. */
    public LocalDate today() {
        return books.today();
    }

    /** Saturates: an absurd worst case must be denied, not overflow into a small number. */
    static Usd sum(Usd a, Usd b) {
        long sum = a.nanos() + b.nanos();
        return new Usd(sum < 0 ? Long.MAX_VALUE : sum);
    }
}
