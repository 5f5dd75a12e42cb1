package dev.fresnel.budget;

import dev.fresnel.value.Usd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ledger's answer to a reservation. */
public sealed interface Verdict {
    /** The money is set aside; the reservation must be settled on every path. */
    record Granted(Reservation reservation) implements Verdict {}

    /**
     * What a client can do to make its request cheaper.
     *
     * @param atLeast what the request may cost even so
     * @param how as an order to the client, without its full stop
     */
    record Thrift(Usd atLeast, String how) {}

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

        /** {@link #publicMessage(Optional)} for a request that cannot be made cheaper. */
        public String publicMessage() {
            return publicMessage(Optional.empty());
        }

        /**
         * Safe to show to the client: whose budget it is, the numbers, and what helps; of what does not help nothing.
         *
         * @param thrift empty where the request cannot be made cheaper
         */
        public String publicMessage(Optional<Thrift> thrift) {
            return budget() + " " + why() + ". " + help(thrift);
        }

        private String budget() {
            String whose =
                    of.account().key().map(key -> "the key '" + key + "'").orElse("this tenant");
            return "The " + of.period().adjective() + " budget of " + whose + ", " + of.limit() + " USD,";
        }

        private String why() {
            return isUsedUp()
                    ? "is used up: " + of.spent() + " USD are spent"
                    : "does not cover this request: it may cost up to " + needed + " USD and " + remaining()
                            + " USD is left (" + of.spent() + " spent, " + of.reserved()
                            + " reserved for running requests)";
        }

        private boolean isUsedUp() {
            return !of.spent().isLessThan(of.limit());
        }

        private String help(Optional<Thrift> thrift) {
            List<String> ways = new ArrayList<>();
            thrift.filter(way -> !isUsedUp() && !remaining().isLessThan(way.atLeast()))
                    .ifPresent(way -> ways.add(way.how()));
            if (!of.limit().isLessThan(Ledger.sum(of.spent(), needed))) {
                ways.add("send it again when running requests have ended");
            }
            resetsAt.filter(_ -> !of.limit().isLessThan(needed))
                    .ifPresent(end -> ways.add("wait until " + end + ", when it begins anew"));
            ways.add("ask the operator to raise it");
            String all = String.join(", or ", ways);
            return Character.toUpperCase(all.charAt(0)) + all.substring(1) + ".";
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
