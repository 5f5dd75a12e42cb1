package dev.fresnel.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.budget.Price;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelPricesTest {
    @Test
    void aModelWithoutAPrice_takesThatOfItsProvider() {
        ConfigResult.Valid result = valid("shipped");

        assertThat(output(result, "gpt-4o")).contains(usd("10"));
        assertThat(output(result, "mine")).contains(usd("0.6"));
        assertThat(output(result, "agreed")).contains(usd("4"));
        assertThat(output(result, "gpt-5")).contains(usd("10"));
        assertThat(output(result, "gpt-4.1"))
                .as("a server of one's own has no public price")
                .isEmpty();
        assertThat(output(result, "unheard-of")).isEmpty();
        assertThat(result.pricesTaken()).hasSize(3).allMatch(line -> line.contains("shipped price of 20"));
        assertThat(result.warnings())
                .extracting(Problem::key)
                .contains("models.\"gpt-4.1\"", "models.unheard-of")
                .doesNotContain("models.gpt-4o");
        assertThat(result.inForce()).contains("models.gpt-4o.price.output");
    }

    @Test
    void takesNone_whenTheTableIsSwitchedOff() {
        ConfigResult.Valid result = valid("none");

        assertThat(result.pricesTaken()).isEmpty();
        assertThat(output(result, "gpt-4o")).isEmpty();
        assertThat(output(result, "agreed")).contains(usd("4"));
    }

    @Test
    void takesThoseOfAFile(@TempDir Path directory) throws IOException {
        Path table = directory.resolve("prices.txt");
        Files.writeString(
                table,
                "date 2027-01-02\nprovider openai api.openai.com\nprovider azure *.azure.com\nprice openai gpt-4o 3 2 20\n");

        ConfigResult.Valid result = valid("\"" + table + "\"");

        assertThat(output(result, "gpt-4o")).contains(usd("20"));
        assertThat(result.pricesTaken())
                .containsExactly(
                        "models.gpt-4o: the price in " + table
                                + " of 2027-01-02, as openai bills: 3.00 USD input, 2.00 cached, 20.00 output, per million tokens");
    }

    private static ConfigResult.Valid valid(String table) {
        return (ConfigResult.Valid) Configs.load("""
            upstreams:
              openai: { base-url: "https://api.openai.com/v1" }
              proxy: { base-url: "https://llm.example.com/v1", provider: azure }
              own: { base-url: "http://localhost:8000/v1" }
            models:
              gpt-4o: { upstream: openai }
              mine: { upstream: openai, upstream-model: gpt-4o-mini-2024-07-18 }
              agreed: { upstream: openai, upstream-model: gpt-4o, price: { input: 1, cached-input: 0.5, output: 4 } }
              gpt-5: { upstream: proxy }
              gpt-4.1: { upstream: own }
              unheard-of: { upstream: openai }
            prices: { table: %s }
            tenants: [{ id: acme }]
            """.formatted(table), Map.of());
    }

    private static Optional<Usd> output(ConfigResult.Valid result, String model) {
        return Optional.ofNullable(result.config().prices().get(new ModelName(model)))
                .map(Price::output);
    }

    private static Usd usd(String dollars) {
        return Usd.of(new BigDecimal(dollars));
    }
}
