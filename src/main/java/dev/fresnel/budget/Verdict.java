package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.time.Instant;

/** The ledger's answer to a reservation. */
public sealed interface Verdict {
    /** The money is set aside; the reservation must be settled on every path. */
    record Granted(Reservation reservation) implements Verdict {}

    /**
     * The worst case does not fit into what is left of the day.
     *
     * @param limit of the UTC day
     * @param spent settled so far today
     * @param reserved set aside for requests still running
     * @param needed the worst case asked for
     * @param resetsAt next midnight UTC
     */
    record Denied(Usd limit, Usd spent, Usd reserved, Usd needed, Instant resetsAt) implements Verdict {
        /** What a request may cost at most right now; never negative. */
        public Usd remaining() {
            Usd left = limit.minus(spent).minus(reserved);
            return left.nanos() < 0 ? Usd.ZERO : left;
        }

        /** Safe to show to the client: the numbers, and what helps. */
        public String publicMessage() {
            return "The daily budget of " + limit + " USD does not cover this request: it may cost up to " + needed
                    + " USD and " + remaining() + " USD is left (" + spent + " spent, " + reserved
                    + " reserved for running requests). Lower max_completion_tokens, wait until " + resetsAt
                    + ", or ask the operator to raise daily-budget.";
        }
    }
}
