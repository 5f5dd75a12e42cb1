package dev.fresnel.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PriceTest {
    private static final Price PRICE = price("2.50", "1.25", "10.00");

    static Price price(String input, String cached, String output) {
        return new Price(Usd.of(new BigDecimal(input)), Usd.of(new BigDecimal(cached)), Usd.of(new BigDecimal(output)));
    }

    @Test
    void chargesCachedInputAtItsOwnRate() {
        Usd cost = PRICE.of(new Usage(1_000_000, 400_000, 100_000, 50_000));

        assertThat(cost).hasToString("3.00");
    }

    @Test
    void keepsTheCostOfATinyCall() {
        assertThat(price("0.15", "0.075", "0.60").of(Usage.of(20, 45))).isEqualTo(new Usd(30_000));
    }

    @Test
    void saturates_whenTokenCountsAreAbsurd() {
        Usd cost = PRICE.of(new Usage(Long.MAX_VALUE, 0, Long.MAX_VALUE, 0));

        assertThat(cost).isEqualTo(new Usd(2_000_000_000_000_000_000L));
    }

    @Test
    void countsNothing_whenAProviderReportsNegativeTokens() {
        assertThat(PRICE.of(new Usage(-5, -5, -5, -5))).isEqualTo(Usd.ZERO);
    }

    @Test
    void neverChargesMoreCachedTokensThanInput() {
        assertThat(PRICE.of(new Usage(1000, 5000, 0, 0))).isEqualTo(PRICE.of(new Usage(1000, 1000, 0, 0)));
    }

    @Test
    void tableHasNoPrice_whenNoneIsConfigured() {
        PriceTable table = new PriceTable(Map.of(new ModelName("a"), PRICE));

        assertThat(table.find(new ModelName("a"))).contains(PRICE);
        assertThat(table.find(new ModelName("b"))).isEmpty();
    }
}
