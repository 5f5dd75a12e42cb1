package dev.fresnel.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fresnel.chat.Usage;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriceListTest {
    private static final String TEXT = """
            # a comment
            date 2026-11-27

            provider openai api.openai.com
            provider azure *.openai.azure.com,*.azure-api.net then=openai
            price openai gpt-4o-mini* 0.15 0.075 0.6
            price openai gpt-4o,gpt-4o-* 2.5 1.25 10 audio-input=40 audio-output=80 reasoning=12 cache-write=3
            price openai gpt-4o-special 7 7 7 above=200000:14,13,12,11
            price azure gpt-4o 2.75 1.375 11
            """;

    @ParameterizedTest
    @CsvSource({
        "openai, gpt-4o, 2.50",
        "openai, gpt-4o-2024-08-06, 2.50",
        "openai, gpt-4o-mini-2024, 0.15",
        "openai, GPT-4o-Mini-2024, 0.15",
        "openai, gpt-4o-special, 7.00",
        "azure, gpt-4o, 2.75",
        "azure, gpt-4o-mini, 0.15",
        "openai, o3, ",
        "openai, my-gpt-4o, ",
        "nobody, gpt-4o, "
    })
    void findsByNameThenByPattern_thenAtTheProviderBehind(String provider, String model, String input)
            throws PriceList.Malformed {
        assertThat(PriceList.parse(TEXT)
                        .find(provider, new ModelName(model))
                        .map(quote -> quote.price().input().toString()))
                .isEqualTo(java.util.Optional.ofNullable(input));
    }

    @Test
    void readsWhatIsBilledApart() throws PriceList.Malformed {
        PriceList list = PriceList.parse(TEXT);

        Price rich = list.find("openai", new ModelName("gpt-4o")).orElseThrow().price();
        Price tiered = list.find("openai", new ModelName("gpt-4o-special"))
                .orElseThrow()
                .price();

        assertThat(list.date()).isEqualTo(LocalDate.parse("2026-11-27"));
        assertThat(rich.extras()).isEqualTo(new Price.Extras(usd("3"), usd("12"), usd("40"), usd("80")));
        assertThat(tiered.of(Usage.of(200_000, 0))).isEqualTo(usd("1.4"));
        assertThat(tiered.of(Usage.of(200_001, 1000))).isEqualTo(usd("2.812014"));
    }

    @ParameterizedTest
    @CsvSource({
        "api.openai.com, openai",
        "API.OpenAI.com, openai",
        "lab.openai.azure.com, azure",
        "evil-openai.azure.com.example.org, ",
        "api.openai.com.example.org, ",
        "localhost, "
    })
    void knowsAProviderByItsHost(String host, String provider) throws PriceList.Malformed {
        assertThat(PriceList.parse(TEXT).providerAt(host)).isEqualTo(java.util.Optional.ofNullable(provider));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prices openai m 1 1 1 | line 2: begins with none",
                "price openai m 1 1 | line 2: has too few parts",
                "price openai m 1 1 x | line 2: ",
                "price openai m 1 1 -1 | line 2: a price is not negative",
                "price openai m 1 1 1 surcharge=2 | line 2: unknown part surcharge=",
                "price openai m 1 1 1 above=5 | line 2: above=TOKENS",
                "price openai m 1 1 1 | there is no line 'provider openai",
                "provider openai api.openai.com else=azure | line 2: unknown part else=azure",
                "date yesterday | line 2: "
            })
    void saysWhichLineIsWrong(String line, String message) {
        assertThatThrownBy(() -> PriceList.parse("date 2026-11-27\n" + line))
                .isInstanceOf(PriceList.Malformed.class)
                .hasMessageContaining(message.strip());
        assertThatThrownBy(() -> PriceList.parse("# empty")).hasMessageContaining("no line 'date");
    }

    @Test
    void theShippedTable_knowsCommonModels_andFreesNobodyByMistake() {
        PriceList shipped = PriceList.shipped();

        assertThat(shipped.find("openai", new ModelName("gpt-4o"))
                        .map(PriceList.Quote::price)
                        .map(Price::output))
                .contains(usd("10"));
        assertThat(shipped.find("azure", new ModelName("gpt-5-mini"))).isPresent();
        assertThat(shipped.providerAt("api.groq.com")).contains("groq");
        assertThat(shipped.providerAt("127.0.0.1")).isEmpty();
        assertThat(shipped.find("openai", new ModelName("llama3.2:3b"))).isEmpty();
    }

    @Test
    void aTableIsMadeOfThePublicList_asOfItsDate() throws Exception {
        String json = """
                [{"id":"openai","models":[
                   {"id":"a","match":{"or":[{"equals":"a"},{"starts_with":"a-"},{"regex":"^b\\\\.1-\\\\d{8}$"},{"regex":"^(x|y)$"}]},
                    "prices":{"input_mtok":1,"output_mtok":{"base":4.5,"tiers":[{"start":1000,"price":9}]},"cache_read_mtok":0.1}},
                   {"id":"changed","match":{"equals":"changed"},"prices":[
                      {"prices":{"input_mtok":10,"output_mtok":40}},
                      {"constraint":{"start_date":"2026-06-10"},"prices":{"input_mtok":2,"output_mtok":8}},
                      {"constraint":{"start_date":"2027-01-01"},"prices":{"input_mtok":1,"output_mtok":1}}]},
                   {"id":"hourly","match":{"contains":"hourly"},"prices":[
                      {"prices":{"input_mtok":1,"output_mtok":2}},
                      {"constraint":{"start_time":"00:30:00Z","end_time":"16:30:00Z"},"prices":{"input_mtok":3,"output_mtok":6}}]},
                   {"id":"by-request","match":{"equals":"by-request"},"prices":{"input_mtok":1,"output_mtok":1,"requests_kcount":12}},
                   {"id":"embedding","match":{"equals":"embedding"},"prices":{"input_mtok":1}}]},
                 {"id":"unknown-kind","models":[]}]
                """;

        String text = PublicPrices.priceList(json, LocalDate.parse("2026-11-27"));

        assertThat(text.lines().filter(line -> !line.startsWith("#") && !line.isEmpty()))
                .containsExactly(
                        "date 2026-11-27",
                        "provider openai api.openai.com,*.api.openai.com",
                        "price openai a,a-*,b.1-* 1 0.1 4.5 above=1000:1,0.1,9",
                        "price openai changed 2 2 8",
                        "price openai *hourly* 3 3 6");
        assertThat(text).contains("MIT License");
        assertThat(PriceList.parse(text).providers()).containsExactly("openai");
        assertThatThrownBy(() -> PublicPrices.priceList("{}", LocalDate.parse("2026-11-27")))
                .isInstanceOf(PublicPrices.Unreadable.class);
        assertThatThrownBy(() -> PublicPrices.priceList("[{\"id\":\"openai\"}]", LocalDate.parse("2026-11-27")))
                .isInstanceOf(PublicPrices.Unreadable.class);
    }

    private static Usd usd(String dollars) {
        return Usd.of(new BigDecimal(dollars));
    }
}
