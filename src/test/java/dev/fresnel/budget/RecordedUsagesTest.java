package dev.fresnel.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.fresnel.chat.Usage;
import dev.fresnel.chat.UsageReader;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * 1,577 usage objects that providers really sent, with the cost that the public list's own program comes to. They are not part of this
 * project: without them the test is skipped. Run with {@code -Dfresnel.data=DIR}; prints the table of docs/money.md.
 */
final class RecordedUsagesTest {
    private static final String FILE = "prices/genai_prices_usages_with_expected_cost.json.gz";

    /** A thousandth of a cent: what two roundings to the nano-dollar cannot reach. */
    private static final long TOLERANCE_NANOS = 10_000;

    private enum Match {
        AGREES,
        /** The list's program finds no price and says 0; here a price that is not known is not 0. */
        UNKNOWN_IS_NOT_FREE,
        /** The list's program does not read what this provider reported of writing to its cache; here it is billed. */
        CACHE_WRITE,
        /** A model of the list whose text and images cost differently, at one price here: that of images. */
        IMAGES,
        /** Cached sound, which the chat API does not report, is billed here like other sound. */
        CACHED_SOUND,
        /** Recorded before a change of price that the table has. */
        CHANGED,
        DIFFERS
    }

    private record Case(String provider, String model, JsonObject raw, JsonObject extracted, Usd wanted) {}

    @Test
    void agreesWithTheRecordedCosts() throws IOException {
        Path file =
                Path.of(System.getProperty("fresnel.data", "../shared/data")).resolve(FILE);
        if (!Files.exists(file)) {
            System.err.println("SKIPPED: RecordedUsagesTest, since there is no " + file.toAbsolutePath());
        }
        Assumptions.assumeTrue(Files.exists(file), "recorded usages are not there");
        PriceList prices = PriceList.shipped();
        Map<String, Map<Match, Integer>> read = new TreeMap<>();
        Map<String, Map<Match, Integer>> reckoned = new TreeMap<>();
        List<Case> differing = new ArrayList<>();

        for (Case one : cases(file, prices)) {
            boolean chat = one.raw().containsKey("prompt_tokens");
            Usage usage = chat ? read(one.raw()).orElseThrow() : normal(one.extracted());
            Match match = match(one, prices, usage);
            (chat ? read : reckoned)
                    .computeIfAbsent(one.provider(), _ -> new EnumMap<>(Match.class))
                    .merge(match, 1, Integer::sum);
            if (match == Match.DIFFERS) {
                differing.add(one);
            }
        }

        print("read from replies of the chat API", read);
        print("reckoned from what replies of other APIs count", reckoned);
        assertThat(differing).isEmpty();
        assertThat(sum(read, Match.AGREES)).as("read and agreed").isGreaterThan(590);
        assertThat(sum(reckoned, Match.AGREES)).as("reckoned and agreed").isGreaterThan(2000);
    }

    /** Each recorded object counts once for every provider that the list's program knows a cost of. */
    private static List<Case> cases(Path file, PriceList prices) throws IOException {
        List<Case> cases = new ArrayList<>();
        for (Object entry : recorded(file)) {
            JsonObject recorded = (JsonObject) entry;
            JsonObject body = recorded.getJsonObject("body");
            String model = recorded.getString("model", body.getString("model", ""));
            for (Object each : recorded.getJsonArray("extracted")) {
                JsonObject extracted = (JsonObject) each;
                for (Object extractor : extracted.getJsonArray("extractors")) {
                    JsonObject expected = (JsonObject) extractor;
                    String provider = expected.getString("provider_id");
                    boolean counted = expected.containsKey("input_price") && expected.containsKey("output_price");
                    if (counted
                            && prices.providers().contains(provider)
                            && !expected.getString("api_flavor").equals("embeddings")) {
                        cases.add(new Case(
                                provider,
                                model,
                                body.getJsonObject("usage", new JsonObject()),
                                extracted.getJsonObject("usage"),
                                Usd.of(new BigDecimal(expected.getString("input_price"))
                                        .add(new BigDecimal(expected.getString("output_price"))))));
                    }
                }
            }
        }
        return cases;
    }

    private static Match match(Case one, PriceList prices, Usage usage) {
        Optional<Usd> ours = prices.find(one.provider(), new ModelName(one.model()))
                .map(quote -> quote.price().of(usage));
        if (ours.isEmpty()) {
            return one.wanted().equals(Usd.ZERO) ? Match.UNKNOWN_IS_NOT_FREE : Match.DIFFERS;
        }
        if (Math.abs(ours.get().nanos() - one.wanted().nanos()) <= TOLERANCE_NANOS) {
            return Match.AGREES;
        }
        if (one.model().equals("claude-sonnet-5")) {
            return Match.CHANGED;
        }
        if (ours.get().isLessThan(one.wanted())) {
            return Match.DIFFERS;
        }
        if (usage.extras().cacheWriteTokens() > 0 && !one.extracted().containsKey("cache_write_tokens")) {
            return Match.CACHE_WRITE;
        }
        if (one.extracted().containsKey("cache_audio_read_tokens")) {
            return Match.CACHED_SOUND;
        }
        return one.model().contains("-image") ? Match.IMAGES : Match.DIFFERS;
    }

    private static int sum(Map<String, Map<Match, Integer>> rows, Match match) {
        return rows.values().stream()
                .mapToInt(counts -> counts.getOrDefault(match, 0))
                .sum();
    }

    /** The agreement is a finding, not only a verdict: docs/money.md quotes it. */
    private static void print(String what, Map<String, Map<Match, Integer>> rows) {
        System.out.println(what + ":");
        rows.forEach((provider, counts) -> System.out.println("  " + provider + " " + counts));
    }

    private static Optional<Usage> read(JsonObject raw) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(raw.encode())) {
            parser.nextToken();
            return UsageReader.read(parser);
        }
    }

    /** Counts of another API, in the list's own words. */
    private static Usage normal(JsonObject usage) {
        return new Usage(
                usage.getLong("input_tokens", 0L),
                usage.getLong("cache_read_tokens", 0L),
                usage.getLong("output_tokens", 0L),
                usage.getLong("output_reasoning_tokens", 0L),
                new Usage.Extras(
                        usage.getLong("cache_write_tokens", 0L),
                        usage.getLong("input_audio_tokens", 0L),
                        usage.getLong("output_audio_tokens", 0L)));
    }

    private static JsonArray recorded(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return new JsonArray(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
