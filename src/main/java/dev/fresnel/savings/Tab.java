package dev.fresnel.savings;

import dev.fresnel.value.Usd;

/** The money of one conversation in the experiment, as its requests end. Thread-safe: turns may run side by side. */
public final class Tab {
    private final Account account;
    private final Trial trial;
    private long nanos;
    private boolean begun;

    Tab(Account account, Trial trial) {
        this.account = account;
        this.trial = trial;
    }

    public Account account() {
        return account;
    }

    public Trial trial() {
        return trial;
    }

    /** Adds a request's cost, and to {@code sums} the difference that it makes. */
    synchronized void pay(Usd cost, Sums.Building sums) {
        if (!begun) {
            begun = true;
            sums.begins(trial);
        }
        double before = new Usd(nanos).dollars();
        nanos = Math.addExact(nanos, cost.nanos());
        sums.count(Sums.REQUESTS, 1);
        sums.count(Sums.NANOS, cost.nanos());
        sums.grows(trial, before, new Usd(nanos).dollars());
    }
}
