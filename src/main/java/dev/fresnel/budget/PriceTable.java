package dev.fresnel.budget;

import dev.fresnel.value.ModelName;
import java.util.Map;
import java.util.Optional;

/**
 * The configured prices, by declared model name. A model without a price is absent, never free: whoever needs money for a
 * decision treats it as not eligible. Immutable; shared by all event loops.
 */
public final class PriceTable {
    private final Map<ModelName, Price> prices;

    public PriceTable(Map<ModelName, Price> prices) {
        this.prices = Map.copyOf(prices);
    }

    /** @param declaredName as {@code models} in the config has it; an alias must have been resolved before */
    public Optional<Price> find(ModelName declaredName) {
        return Optional.ofNullable(prices.get(declaredName));
    }
}
