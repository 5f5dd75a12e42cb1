package dev.fresnel.exchange;

import dev.fresnel.budget.Price;
import dev.fresnel.budget.PriceTable;
import dev.fresnel.chat.Usage;
import dev.fresnel.upstream.Model;
import dev.fresnel.value.Usd;
import java.util.Optional;

/**
 * What the calls of one exchange cost: the call under way, and those before it that gave the client nothing. Lenses and judges are not among
 * them. Lives on the exchange's event loop; not thread-safe.
 */
final class Costs {
    /** Bytes-per-token rule of thumb, for replies whose usage was not reported or not reached. */
    private static final int CHARS_PER_TOKEN = 4;

    private final PriceTable prices;
    /** Asked by the call under way; empty before the first call, and where nobody knows the model. */
    private Optional<Model> model = Optional.empty();

    private Usage prompt = Usage.NONE;
    /** There is something to pay for, if only the prompt. */
    private boolean answered;

    private Optional<Usage> reported = Optional.empty();
    private long contentChars;
    private Usd lost = Usd.ZERO;
    private boolean unpriced;

    /** What a call that came to nothing is taken to have cost. */
    enum Bill {
        /** It never left, or the provider refused it with an error status. */
        NOTHING,
        /** It left, and then it failed or nobody waited for it: the provider has very likely read, and billed, the prompt. */
        PROMPT
    }

    Costs(PriceTable prices) {
        this.prices = prices;
    }

    /**
     * A call is made.
     *
     * @param promptTokens estimated
     */
    void called(Optional<Model> asked, long promptTokens) {
        model = asked;
        prompt = Usage.of(promptTokens, 0);
    }

    /**
     * The call under way was answered.
     *
     * @param usage as the provider counted it
     * @param chars that the model wrote
     */
    void answered(Optional<Usage> usage, long chars) {
        answered = true;
        reported = usage;
        contentChars = chars;
    }

    /** The call under way gave no reply, and none follows it. */
    void ended(Bill bill) {
        answered |= bill == Bill.PROMPT;
    }

    /** The call under way failed, and another takes its place. */
    void failed(Bill bill) {
        unpriced |= bill == Bill.PROMPT && price().isEmpty();
        lost = lost.plus(of(bill));
    }

    /** The call under way gave a reply that the client does not get, or none; it is paid for all the same. */
    void discarded() {
        unpriced |= answered && price().isEmpty();
        lost = lost.plus(ofAnswer());
        answered = false;
        reported = Optional.empty();
        contentChars = 0;
    }

    /**
     * A reply that was put aside goes to the client after all, in place of that of the call under way.
     *
     * @param booked when it was put aside; zero if it never was
     */
    void reinstated(Optional<Model> asked, long promptTokens, Usd booked) {
        discarded();
        lost = lost.minus(booked);
        called(asked, promptTokens);
    }

    /** What the call under way costs, should it come to nothing; zero where the price is not known. */
    Usd of(Bill bill) {
        return switch (bill) {
            case NOTHING -> Usd.ZERO;
            case PROMPT -> price().map(price -> price.of(prompt)).orElse(Usd.ZERO);
        };
    }

    /** What the call under way cost; zero where the price is not known. */
    Usd ofAnswer() {
        return price().map(price -> price.of(usage())).orElse(Usd.ZERO);
    }

    /** What was spent on calls that gave the client nothing. */
    Usd lost() {
        return lost;
    }

    /** All of it so far, as far as prices are known. */
    Usd known() {
        return ofAnswer().plus(lost);
    }

    /** All of it; empty where the price of one call is not known. */
    Optional<Usd> total() {
        boolean unknown = unpriced || (answered && price().isEmpty());
        return unknown ? Optional.empty() : Optional.of(known());
    }

    /** Empty where the provider did not count. */
    Optional<Usage> reported() {
        return reported;
    }

    /** As reported; else estimated from the request and the characters of the reply; nothing when no reply began. */
    Usage usage() {
        return reported.orElseGet(() -> answered
                ? Usage.of(prompt.inputTokens(), (contentChars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN)
                : Usage.NONE);
    }

    /** Of the model that was asked last. */
    Optional<Price> price() {
        return price(model);
    }

    Optional<Price> price(Optional<Model> asked) {
        return asked.flatMap(known -> prices.find(known.name()));
    }
}
