package dev.fresnel.savings;

import dev.fresnel.value.RequestId;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Where everything that was spent is written down, and what came of it. Differences are gathered in memory, one set of sums per account, and sent to the
 * {@link StatementStore} by {@link #flush}; the statement is read from there. Thread-safe; noting takes a short lock and no I/O.
 */
public final class SavingsBook {
    /** Requests that may still cause a lens to be written. */
    private static final int LENS_REQUESTS = 10_000;

    private final StatementStore store;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<Account, Sums.Building> gathered = new HashMap<>();
    private final Map<Cause, Buyer> buyers = new LinkedHashMap<>();

    private record Cause(TenantId tenant, RequestId request) {}

    private record Buyer(Account account, boolean isTrial) {}

    public SavingsBook(StatementStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A conversation enters the experiment. Counts once a request of it is {@link #paid}. */
    public Tab opened(TenantId tenant, Trial trial) {
        return new Tab(new Account(tenant, trial.model(), today()), trial);
    }

    /** A request of the conversation has ended; {@code cost} is zero where it is not known. */
    public void paid(Tab tab, Optional<Usd> cost) {
        note(tab.account(), sums -> {
            tab.pay(cost.orElse(Usd.ZERO), sums);
            sums.count(Sums.UNPRICED, cost.isEmpty() ? 1 : 0);
        });
    }

    /** A request of no conversation in the experiment has ended. */
    public void paid(TenantId tenant, String model, Optional<Usd> cost) {
        note(new Account(tenant, model, today()), sums -> {
            sums.count(Sums.OTHER_REQUESTS, 1);
            sums.count(Sums.OTHER_NANOS, cost.orElse(Usd.ZERO).nanos());
            sums.count(Sums.OTHER_UNPRICED, cost.isEmpty() ? 1 : 0);
        });
    }

    /** A request may cause a lens to be written, which is then paid for on its account: {@link #lens}. */
    public void mayBuy(RequestId request, Tab tab) {
        mayBuy(request, new Buyer(tab.account(), true));
    }

    /** Likewise, for a request outside the experiment. */
    public void mayBuy(RequestId request, TenantId tenant, String model) {
        mayBuy(request, new Buyer(new Account(tenant, model, today()), false));
    }

    private void mayBuy(RequestId request, Buyer buyer) {
        lock.lock();
        try {
            buyers.put(new Cause(buyer.account().tenant(), request), buyer);
            if (buyers.size() > LENS_REQUESTS) {
                buyers.remove(buyers.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A lens was written, or not, at this cost. It serves delegation, whoever caused it: money spent, and no conversation's own, so it makes no interval wider. One
     * whose request is not known any more is the {@link Account#GATEWAY}'s.
     */
    public void lens(RequestId request, TenantId tenant, Usd cost) {
        Optional<Buyer> buyer;
        lock.lock();
        try {
            buyer = Optional.ofNullable(buyers.get(new Cause(tenant, request)));
        } finally {
            lock.unlock();
        }
        Account account = buyer.map(Buyer::account).orElseGet(() -> new Account(tenant, Account.GATEWAY, today()));
        int kind = buyer.filter(known -> !known.isTrial()).isPresent() ? Sums.OTHER_NANOS : Sums.NANOS;
        note(account, sums -> sums.count(kind, cost.nanos()));
    }

    /** The gateway has called a model for itself: a classifier, a judge. Delegation is what it did that for. */
    public void own(TenantId tenant, Usd cost) {
        note(new Account(tenant, Account.GATEWAY, today()), sums -> sums.count(Sums.NANOS, cost.nanos()));
    }

    /**
     * What a conversation in the experiment is taken to be worth has changed.
     *
     * @param before 0.0 to 1.0; empty if nothing was known of it
     * @param now 0.0 to 1.0
     */
    public void judged(Account account, Trial trial, Optional<Double> before, double now) {
        note(account, sums -> {
            if (before.isEmpty()) {
                sums.judged(trial);
            }
            sums.rejudged(trial, before.orElse(0.0), now);
        });
    }

    private void note(Account account, java.util.function.Consumer<Sums.Building> note) {
        lock.lock();
        try {
            note.accept(gathered.computeIfAbsent(account, _ -> new Sums.Building()));
        } finally {
            lock.unlock();
        }
    }

    /** Sends what was gathered; to be called every few seconds. Fails when the store has not taken some of it, and then that is lost: see {@link StatementStore#add}. */
    public Future<Void> flush() {
        Map<Account, Sums.Building> due;
        lock.lock();
        try {
            due = gathered;
            gathered = new HashMap<>();
        } finally {
            lock.unlock();
        }
        List<Future<Void>> additions = new ArrayList<>();
        due.forEach((account, sums) -> {
            if (!sums.isEmpty()) {
                additions.add(store.add(account, sums.built()));
            }
        });
        return Future.join(additions).mapEmpty();
    }

    /**
     * Fails when the store cannot be read. What this replica has noted is in it; other replicas' within their flush.
     *
     * @param lots whether there are still controls to come, by tenant
     */
    public Future<Statement> statement(
            List<TenantId> tenants, Period period, Statement.By by, Function<TenantId, StatementRow.Lot> lots) {
        // A store that is away keeps what it is sent and completes late; reading counts it, so nobody waits for it
        // here.
        var _ = flush();
        Map<Account, Sums> known = new HashMap<>();
        Future<Void> read = Future.succeededFuture();
        for (TenantId tenant : tenants) {
            read = read.compose(_ -> store.read(tenant, period.from(), period.to()))
                    .onSuccess(known::putAll)
                    .mapEmpty();
        }
        return read.map(_ -> Statement.of(known, period, by, lots));
    }

    public LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }
}
