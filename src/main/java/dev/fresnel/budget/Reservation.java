package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.time.LocalDate;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Money set aside for one request until its real cost is known. Made by {@link Ledger#reserve}, closed by
 * {@link Ledger#settle} exactly once: later calls change nothing, so every path may settle without asking who was first.
 * Thread-safe.
 */
public final class Reservation {
    private final Payer payer;
    private final LocalDate day;
    private final Usd amount;
    private final AtomicBoolean closed = new AtomicBoolean();

    Reservation(Payer payer, LocalDate day, Usd amount) {
        this.payer = payer;
        this.day = day;
        this.amount = amount;
    }

    /** Whom it is set aside for. */
    public Payer payer() {
        return payer;
    }

    /** The UTC day whose limits granted it, and to which the real cost is booked, also when it is settled after midnight. */
    public LocalDate day() {
        return day;
    }

    /** The worst case that was set aside. */
    public Usd amount() {
        return amount;
    }

    public boolean isOpen() {
        return !closed.get();
    }

    /** True for the first caller only. */
    boolean close() {
        return closed.compareAndSet(false, true);
    }

    @Override
    public String toString() {
        return "Reservation[" + payer.tenant() + " " + day + " " + amount + (isOpen() ? " open]" : " closed]");
    }
}
