package dev.fresnel.exchange;

import dev.fresnel.budget.Account;
import dev.fresnel.budget.Payer;
import dev.fresnel.budget.Price;
import dev.fresnel.budget.Reservation;
import dev.fresnel.budget.Verdict;
import dev.fresnel.chat.ChatRequest;
import dev.fresnel.chat.Usage;
import dev.fresnel.value.Usd;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;

/**
 * The money one exchange has set aside: at most one reservation at a time, for the call that is made next, each settled exactly
 * once. One per exchange; lives on its event loop.
 */
final class Purse {
    private final Parts parts;
    private final Arrival arrival;
    private Optional<Reservation> reservation = Optional.empty();
    private Usd booked = Usd.ZERO;

    Purse(Parts parts, Arrival arrival) {
        this.parts = parts;
        this.arrival = arrival;
    }

    /**
     * Sets {@code worstCase} aside in place of what was set aside before.
     *
     * @param spent of what was set aside before
     * @param worstCase empty where no price is known
     * @param what cannot be counted without a price; begins the message
     * @return why the tenant's budget forbids it, in words for the client; empty when it is covered
     */
    Optional<String> cover(Optional<Usd> worstCase, String what, Usd spent) {
        Payer payer = arrival.payer();
        if (worstCase.isEmpty() && payer.isLimited()) {
            // Money that cannot be counted cannot be spent by a tenant with a limit.
            return Optional.of(
                    what + ", so it cannot be counted against this tenant's budget. Ask for a model that has a price.");
        }
        return took(parts.ledger().reserve(payer, worstCase.orElse(Usd.ZERO)), spent, Optional.empty());
    }

    /**
     * {@link #cover} for an exchange that has spent nothing yet. Where replicas share a budget it may have to ask for money first, which takes a
     * round trip to the store; what is asked for later in the exchange comes from what is at hand. Never fails.
     *
     * @param thrift what the client may be told to try
     */
    Future<Optional<String>> obtain(Optional<Usd> worstCase, String what, Optional<Verdict.Thrift> thrift) {
        return worstCase.isEmpty() && arrival.payer().isLimited()
                ? Future.succeededFuture(cover(worstCase, what, Usd.ZERO))
                : here(parts.ledger().obtain(arrival.payer(), worstCase.orElse(Usd.ZERO)))
                        .map(verdict -> took(verdict, Usd.ZERO, thrift));
    }

    /** On the exchange's own loop, whichever thread the store answers on. */
    private <T> Future<T> here(Future<T> answer) {
        if (answer.isComplete()) {
            return answer;
        }
        Context loop = parts.vertx().getOrCreateContext();
        Promise<T> back = Promise.promise();
        answer.onComplete(done -> loop.runOnContext(_ -> back.handle(done)));
        return back.future();
    }

    private Optional<String> took(Verdict verdict, Usd spent, Optional<Verdict.Thrift> thrift) {
        return switch (verdict) {
            case Verdict.Granted(Reservation granted) -> {
                // Only now: a denied successor leaves the call before it covered.
                book(spent);
                reservation = Optional.of(granted);
                yield Optional.empty();
            }
            case Verdict.Denied denied -> Optional.of(denied.publicMessage(thrift));
            case Verdict.Unleased unleased -> Optional.of(unleased.publicMessage());
        };
    }

    /** {@link #cover} for a model, by what it would cost at its longest. */
    Optional<String> cover(Attempt attempt, Usd spent) {
        return cover(attempt.worstCase(), noPrice(attempt.named()), spent);
    }

    /** {@link #cover} for a model that is asked after others. */
    Optional<String> cover(Attempt attempt, Costs costs) {
        return cover(attempt, costs.known().minus(booked));
    }

    /** {@link #cover} for an exchange that has spent nothing yet. */
    Optional<String> cover(Optional<Usd> worstCase, String what) {
        return cover(worstCase, what, Usd.ZERO);
    }

    /**
     * How a client can make its request cheaper: by asking for less output, of which one token a choice is the least.
     *
     * @param price of the model that is to answer
     * @param most what the request may consume as it is
     */
    static Optional<Verdict.Thrift> thrift(Optional<Price> price, ChatRequest request, Usage most) {
        String verb = request.maxOutputTokens().isPresent() ? "lower" : "set";
        return price.map(known -> new Verdict.Thrift(
                known.atMost(Usage.of(most.inputTokens(), request.choices())), verb + " max_completion_tokens"));
    }

    static String noPrice(String model) {
        return "The model '" + model + "' has no price here";
    }

    /**
     * Books what the exchange really cost and gives the rest back. Later calls do nothing until more is set aside.
     *
     * @param total of all its calls; what was booked of it on the way is not booked again
     */
    void settle(Usd total) {
        book(total.minus(booked));
    }

    /** The tenant has been charged for a lens when it was written; the key that it was written for is charged here. */
    void lens(Usd cost) {
        arrival.keyName()
                .map(key -> Account.of(arrival.tenant().id(), key))
                .ifPresent(account -> stored(parts.ledger().charge(account, cost)));
    }

    private void book(Usd cost) {
        reservation.ifPresent(open -> {
            booked = booked.plus(cost);
            stored(parts.ledger().settle(open, cost));
        });
        reservation = Optional.empty();
    }

    private void stored(Future<Void> addition) {
        var _ = addition.onFailure(problem -> System.getLogger("fresnel")
                .log(System.Logger.Level.WARNING, "the spend of " + arrival.id() + " was not stored", problem));
    }
}
