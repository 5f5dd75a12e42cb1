package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.time.Instant;
import java.util.Optional;

/** The ledger's answer to a reservation. */
public sealed interface Verdict {
    /** The money is set aside; the reservation must be settled on every path. */
    record Granted(Reservation reservation) implements Verdict {}

    /**
     * The worst case does not fit into what is left.
     *
     * @param of the limit that it does not fit into
     * @param needed the worst case asked for
     * @param resetsAt when that limit begins anew; empty: never
     */
    record Denied(BudgetStanding of, Usd needed, Optional<Instant> resetsAt) implements Verdict {
        /** What a request may cost at most right now; never negative. */
        public Usd remaining() {
            return of.left();
        }

        /** Safe to show to the client: the numbers, and what helps. */
        public String publicMessage() {
            String whose =
                    of.account().key().map(key -> " of the key '" + key + "'").orElse("");
            return "The " + of.period().adjective() + " budget" + whose + " of " + of.limit()
                    + " USD does not cover this request: it may cost up to " + needed + " USD and " + remaining()
                    + " USD is left (" + of.spent() + " spent, " + of.reserved()
                    + " reserved for running requests). Lower max_completion_tokens"
                    + resetsAt.map(end -> ", wait until " + end).orElse("")
                    + ", or ask the operator to raise the budget.";
        }
    }

    /**
     * There may be money, but this replica does not hold it: the store has to be asked, or does not answer.
     *
     * @param account whose
     */
    record Unleased(Account account, Usd needed) implements Verdict {
        /** Safe to show to the client. */
        public String publicMessage() {
            return "The budget"
                    + account.key().map(key -> " of the key '" + key + "'").orElse("")
                    + " cannot be checked now: the store that counts it does not answer, and this gateway's own share of it"
                    + " does not cover the " + needed + " USD that this request may cost. Send it again later.";
        }
    }
}
