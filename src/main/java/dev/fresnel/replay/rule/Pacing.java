package dev.fresnel.replay.rule;

import dev.fresnel.policy.BudgetPrice;
import java.util.OptionalDouble;

/** What a budget asks of a policy's next decision. One per run and policy; used by one thread. */
public interface Pacing {
    /** Quality that a dollar costs beside its own worth; 0 without a budget. */
    double perDollar();

    /** Dollars that a request may cost on average; 0 without a budget. */
    double allowed();

    /** A request has cost this. */
    void paid(double usd);

    /** So many dollars for each request, whenever it comes; empty: no budget. */
    static Pacing evenly(OptionalDouble usdPerRequest) {
        double allowed = usdPerRequest.orElse(0);
        return new Pacing() {
            private BudgetPrice price = BudgetPrice.FREE;

            @Override
            public double perDollar() {
                return price.perDollar(allowed);
            }

            @Override
            public double allowed() {
                return allowed;
            }

            @Override
            public void paid(double usd) {
                price = price.after(usd, allowed);
            }
        };
    }
}
