package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.LocalDate;

/**
 * Gives replicas shares of a budget. What one holds the others cannot spend, so each grants from its own without asking, and all of them
 * together never more than the limit. A replica that is not heard of for a term is taken for dead, and its lease for spent: nobody knows what its
 * last requests cost. Should it come back, it gets back what they did not. What a replica books by {@link SpendStore#add} comes out of its lease. Port; an implementation is a
 * {@link SpendStore} as well, since both are one count. Thread-safe.
 */
public interface LeaseStore extends SpendStore {
    /** Of a lease, from the last time that its replica was heard of. */
    Duration term();

    /**
     * Sets this replica's lease, as far as the limits allow. Fails, in its own time, when the store cannot be reached; whether the lease was
     * set is then not known, and asking again sets it right: an ask that was given up changes nothing once a newer one has been carried out.
     */
    Future<Lease> lease(Ask ask);

    /** Whether the store answered lately. */
    boolean isReachable();

    /**
     * @param limits of the account, one at least
     * @param today the day whose spend counts
     * @param wanted the level to have; below what is held, the rest is given back
     * @param least the level without which more is of no use
     * @param reserved by running requests
     */
    record Ask(Account account, Budget limits, LocalDate today, Usd wanted, Usd least, Usd reserved) {}

    /**
     * @param held by this replica, its additions that the store has not acknowledged already taken off
     * @param all leases of the account together
     * @param spent by all replicas
     * @param counted all additions that this process has ever made to the account, those included: what is added later is not
     */
    record Lease(Usd held, Usd all, Spent spent, Usd counted) {}
}
