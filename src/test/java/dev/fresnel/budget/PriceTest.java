package dev.fresnel.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PriceTest {
    private static final Price PRICE = price("2.50", "1.25", "10.00");

    static Price price(String input, String cached, String output) {
        return new Price(Usd.of(new BigDecimal(input)), Usd.of(new BigDecimal(cached)), Usd.of(new BigDecimal(output)));
    }

    private static Usd usd(String dollars) {
        return Usd.of(new BigDecimal(dollars));
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

    private static final Price APART = new Price(
            usd("2"),
            usd("1"),
            usd("10"),
            new Price.Extras(usd("3"), usd("20"), usd("40"), usd("80")),
            Optional.of(new Price.LongContext(2_000_000, price("4", "2", "20"))));

    @Test
    void chargesEveryTokenOnce_atThePriceOfItsKind() {
        Usage all = new Usage(1_000_000, 300_000, 1_000_000, 200_000, new Usage.Extras(100_000, 50_000, 25_000));

        // 550k plain input, 300k cached, 100k written, 50k sound; 775k plain output, 200k reasoning, 25k sound
        assertThat(APART.of(all))
                .isEqualTo(usd("1.1")
                        .plus(usd("0.3"))
                        .plus(usd("0.3"))
                        .plus(usd("2"))
                        .plus(usd("7.75"))
                        .plus(usd("4"))
                        .plus(usd("2")));
    }

    @Test
    void chargesALongRequestAltogetherAtItsOwnPrice() {
        assertThat(APART.of(Usage.of(2_000_000, 0))).isEqualTo(usd("4"));
        assertThat(APART.of(Usage.of(2_000_001, 1_000_000))).isEqualTo(usd("28.000004"));
    }

    /** What is set aside for a request must cover it, whatever its tokens turn out to be. */
    @Test
    void atMost_coversEverySplit() {
        java.util.Random random = new java.util.Random(7);
        for (int i = 0; i < 10_000; i++) {
            long input = random.nextLong(3_000_000);
            long output = random.nextLong(1_000_000);
            Usage split = new Usage(
                    input,
                    random.nextLong(1_000_000),
                    output,
                    random.nextLong(1_000_000),
                    new Usage.Extras(random.nextLong(500_000), random.nextLong(500_000), random.nextLong(500_000)));
            // Each of six parts is rounded by half a nano-dollar.
            assertThat(APART.of(split).nanos())
                    .isLessThanOrEqualTo(APART.atMost(Usage.of(input, output)).nanos() + 3);
        }
    }

    @Test
    void tableHasNoPrice_whenNoneIsConfigured() {
        PriceTable table = new PriceTable(Map.of(new ModelName("a"), PRICE));

        assertThat(table.find(new ModelName("a"))).contains(PRICE);
        assertThat(table.find(new ModelName("b"))).isEmpty();
    }
}
