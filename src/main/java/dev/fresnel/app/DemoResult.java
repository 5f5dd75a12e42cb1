package dev.fresnel.app;

import dev.fresnel.chat.Usage;
import java.math.BigDecimal;
import java.time.Duration;

/**
 * What one request of the demo came to, as the gateway's own reply headers and events tell it. Money in US dollars.
 *
 * @param decision arm
 * @param reasons every one, comma-separated
 * @param lens {@code built}, {@code hit}, {@code stale}, {@code minimal} or {@code none}
 * @param cost everything paid, the lens included
 * @param counterfactual the requested model alone, on the same tokens
 * @param saved the gateway's own figure; negative is a loss
 */
record DemoResult(
        DemoStep step,
        String decision,
        String reasons,
        String lens,
        Usage usage,
        BigDecimal cost,
        BigDecimal counterfactual,
        BigDecimal saved,
        Duration took) {
    boolean isDelegated() {
        return !decision.equals("direct");
    }

    boolean asExpected() {
        return switch (step.expectation()) {
            case DELEGATED_WITH_NEW_LENS -> isDelegated() && lens.equals("built");
            case DELEGATED_WITH_CACHED_LENS -> isDelegated() && lens.equals("hit");
            case DIRECT -> !isDelegated();
        };
    }
}
