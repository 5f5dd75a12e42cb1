package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Optional;

/**
 * The share of a budget that this replica holds of one account. Not thread-safe: its ledger guards it.
 *
 * <p>What is held covers what running requests have reserved; only the rest is free for the next. It shrinks by what is booked and grows by
 * what the store grants. Heard of by nobody for a term, the store gives it to others: so it is good for a while less than that.
 */
final class Leasehold {
    /** Calls to have room for beyond the next one, of the dearest lately. */
    private static final int AHEAD = 4;

    /** Of the tightest limit, in parts: what is asked for at once while there is plenty. */
    private static final int PART = 200;

    private Budget limits;
    private Usd held = Usd.ZERO;
    private Usd elsewhere = Usd.ZERO;
    private Usd dearest = Usd.ZERO;
    private long goodUntil;
    private boolean used;
    private boolean lost;
    private Optional<Future<Boolean>> asking = Optional.empty();
    /** Worst cases of the requests that wait for an answer. */
    private Usd waiting = Usd.ZERO;

    Leasehold(Budget limits, long now) {
        this.limits = limits;
        this.goodUntil = now;
    }

    /** What may be reserved without asking; zero once the lease is no longer certain. */
    Usd free(Usd reserved, long now) {
        return goodUntil - now <= 0 || held.isLessThan(reserved) ? Usd.ZERO : held.minus(reserved);
    }

    /** What other replicas hold. */
    Usd elsewhere() {
        return elsewhere;
    }

    /** What the ask under way will come to: whether the store answered is all that it says. */
    Optional<Future<Boolean>> asking() {
        return asking;
    }

    /** Whether the store did not answer the last time, or could not write: it is lost, though it may be reached. */
    boolean isLost() {
        return lost;
    }

    void waits(Usd worstCase) {
        waiting = Ledger.sum(waiting, worstCase);
    }

    void waitsNoLonger(Usd worstCase) {
        waiting = waiting.minus(worstCase);
    }

    /** Nothing more is to come. */
    void rests() {
        used = false;
    }

    /** Whether the store has to hear of it from time to time. */
    boolean isHeld(Usd reserved) {
        return Usd.ZERO.isLessThan(held) || Usd.ZERO.isLessThan(reserved);
    }

    /** A request was granted, or looks for money. */
    void wants(Budget now, Usd worstCase) {
        limits = now;
        used = true;
        // Forgets an exceptional one in time.
        Usd faded = new Usd(dearest.nanos() - dearest.nanos() / 64);
        dearest = faded.isLessThan(worstCase) ? worstCase : faded;
    }

    void booked(Usd cost) {
        held = held.minus(cost);
    }

    /** Whether it is time to ask, before a request has to wait for it. */
    boolean isShort(Usd reserved, long now) {
        return asking.isEmpty() && (lost || free(reserved, now).isLessThan(Ledger.sum(dearest, dearest)));
    }

    /**
     * The level to ask for: enough for all that wait, and no use if it is not enough for the one that asks.
     *
     * @param next worst case of the request that asks; zero for none
     * @param answered when {@link #granted} or {@link #refused} has been called
     */
    LeaseStore.Ask ask(Account account, LocalDate today, Usd reserved, Usd next, Future<Boolean> answered) {
        asking = Optional.of(answered);
        Usd least = Ledger.sum(reserved, next);
        Usd waited = Ledger.sum(reserved, waiting.isLessThan(next) ? next : waiting);
        Usd wanted = used ? Ledger.sum(waited, ahead()) : waited;
        used = false;
        if (wanted.isLessThan(held)) {
            // What is offered back is others' from now on, whenever the answer comes, and if it is lost.
            held = wanted;
        }
        return new LeaseStore.Ask(account, limits, today, wanted, least, reserved);
    }

    private Usd ahead() {
        long tightest = limits.periods().stream()
                .flatMap(period -> limits.limit(period).stream())
                .mapToLong(Usd::nanos)
                .min()
                .orElse(0);
        long calls = Math.clamp(dearest.nanos(), 0, Long.MAX_VALUE / AHEAD) * AHEAD;
        return new Usd(Math.max(calls, tightest / PART));
    }

    /** @param booked to the account by this process, ever: also before it had a lease of it */
    void granted(LeaseStore.Lease lease, long goodUntil, Usd booked) {
        asking = Optional.empty();
        lost = false;
        held = lease.held().minus(booked.minus(lease.counted()));
        elsewhere = lease.all().minus(lease.held());
        this.goodUntil = goodUntil;
    }

    void refused() {
        asking = Optional.empty();
        lost = true;
    }
}
