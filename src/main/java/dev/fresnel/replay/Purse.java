package dev.fresnel.replay;

import dev.fresnel.replay.rule.Offer;
import java.util.Optional;

/**
 * A hard limit on money, as the gateway's ledger holds it: before a call its worst case is reserved, afterwards the real cost is booked,
 * and an arm whose worst case no longer fits is not offered. Not thread-safe; one per run.
 */
public interface Purse {
    /** What is left of {@code offer}; empty when no arm can be paid. */
    Optional<Offer> admit(Offer offer);

    /** A call has cost this. */
    void spent(Offer offer, double usd);

    /** No limit. */
    static Purse bottomless() {
        return new Purse() {
            @Override
            public Optional<Offer> admit(Offer offer) {
                return Optional.of(offer);
            }

            @Override
            public void spent(Offer offer, double usd) {}
        };
    }

    /**
     * At most {@code capUsd} in each window of so many requests.
     *
     * @param worstUsd the most a call of each arm can cost
     */
    static Purse windows(double capUsd, int requests, double... worstUsd) {
        double[] worst = worstUsd.clone();
        return new Purse() {
            private int window;
            private double left = capUsd;

            @Override
            public Optional<Offer> admit(Offer offer) {
                if (offer.number() / requests != window) {
                    window = offer.number() / requests;
                    left = capUsd;
                }
                boolean[] open = new boolean[worst.length];
                boolean any = false;
                for (int arm = 0; arm < worst.length; arm++) {
                    open[arm] = offer.isOpen(arm) && worst[arm] <= left;
                    any |= open[arm];
                }
                return any ? Optional.of(offer.withOpen(open)) : Optional.empty();
            }

            @Override
            public void spent(Offer offer, double usd) {
                left -= usd;
            }
        };
    }
}
