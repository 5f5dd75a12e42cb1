package dev.fresnel.config;

import dev.fresnel.budget.Price;
import dev.fresnel.budget.PriceList;
import dev.fresnel.config.ConfigFile.LongContextSection;
import dev.fresnel.config.ConfigFile.ModelSection;
import dev.fresnel.config.ConfigFile.PriceSection;
import dev.fresnel.config.ConfigFile.UpstreamSection;
import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fills in what a config leaves to the price table: the price of every declared model that has none, where its upstream's provider is known
 * and the table has a price for the name that the provider knows it by. From there on such a price is like one that was written.
 */
final class ModelPrices {
    private static final String SHIPPED = "shipped";
    private static final String NONE = "none";

    private final ConfigFile filledIn;
    private final List<String> taken;

    private ModelPrices(ConfigFile filledIn, List<String> taken) {
        this.filledIn = filledIn;
        this.taken = List.copyOf(taken);
    }

    /** Reports a table that cannot be read, and providers that it does not know; then nothing is filled in for them. */
    static ModelPrices of(ConfigFile file, Findings findings) {
        Optional<PriceList> table = table(file.prices().table(), findings);
        if (table.isEmpty()) {
            return new ModelPrices(file, List.of());
        }
        file.upstreams()
                .forEach((name, upstream) -> upstream.provider()
                        .filter(provider -> !table.get().providers().contains(provider))
                        .ifPresent(provider -> findings.error(
                                KeyPath.of("upstreams", name, "provider"),
                                "names the provider \"" + provider + "\", which the price table does not know",
                                NearestName.hint(provider, table.get().providers(), "providers"))));
        List<String> taken = new ArrayList<>();
        Map<String, ModelSection> models = new LinkedHashMap<>();
        file.models().forEach((name, model) -> {
            Optional<PriceList.Quote> quote = findings.isWritten(KeyPath.of("models", name, "price"))
                    ? Optional.empty()
                    : quote(name, model, file.upstreams(), table.get());
            quote.ifPresent(found -> taken.add(line(name, found, file.prices().table(), table.get())));
            models.put(
                    name,
                    quote.map(found -> with(model, section(found.price()))).orElse(model));
        });
        return new ModelPrices(with(file, models), taken);
    }

    private static Optional<PriceList> table(String name, Findings findings) {
        if (name.equals(NONE)) {
            return Optional.empty();
        }
        if (name.equals(SHIPPED)) {
            return Optional.of(PriceList.shipped());
        }
        try {
            return Optional.of(PriceList.parse(Files.readString(Path.of(name))));
        } catch (IOException | InvalidPathException unreadable) {
            findings.error(
                    KeyPath.of("prices", "table"),
                    "names no file that can be read here",
                    "make one by fresnel prices generate, or write shipped or none");
        } catch (PriceList.Malformed wrong) {
            findings.error(
                    KeyPath.of("prices", "table"),
                    "names a file that is no price table: " + wrong.getMessage(),
                    "make one by fresnel prices generate, or write shipped or none");
        }
        return Optional.empty();
    }

    private static Optional<PriceList.Quote> quote(
            String name, ModelSection model, Map<String, UpstreamSection> upstreams, PriceList table) {
        return model.upstream()
                .flatMap(upstream -> Optional.ofNullable(upstreams.get(upstream)))
                .flatMap(upstream -> upstream.provider()
                        .or(() -> upstream.baseUrl()
                                .flatMap(url -> Optional.ofNullable(url.getHost()))
                                .flatMap(table::providerAt)))
                .flatMap(provider ->
                        table.find(provider, new ModelName(model.upstreamModel().orElse(name))));
    }

    private static String line(String model, PriceList.Quote quote, String table, PriceList list) {
        String origin = table.equals(SHIPPED) ? "the shipped price" : "the price in " + table;
        return "models." + model + ": " + origin + " of " + list.date() + ", as " + quote.provider() + " bills: "
                + quote.price().input() + " USD input, " + quote.price().cachedInput() + " cached, "
                + quote.price().output() + " output, per million tokens";
    }

    /** The file with every price that the table has. */
    ConfigFile filledIn() {
        return filledIn;
    }

    /** For people: a line for every price that the table gave. */
    List<String> taken() {
        return taken;
    }

    /** @param section without problems */
    static Price price(PriceSection section) {
        Usd input = section.input().orElseThrow();
        Usd output = section.output().orElseThrow();
        Usd audioInput = section.audioInput().orElse(input);
        Usd audioOutput = section.audioOutput().orElse(output);
        return new Price(
                input,
                section.cachedInput().orElseThrow(),
                output,
                new Price.Extras(
                        section.cacheWrite().orElse(input),
                        section.reasoning().orElse(output),
                        audioInput,
                        audioOutput),
                section.longContext().map(ModelPrices::longContext));
    }

    private static Price.LongContext longContext(LongContextSection section) {
        Usd input = section.input().orElseThrow();
        Usd output = section.output().orElseThrow();
        return new Price.LongContext(
                section.above().orElseThrow(),
                new Price(
                        input,
                        section.cachedInput().orElseThrow(),
                        output,
                        new Price.Extras(section.cacheWrite().orElse(input), output, input, output),
                        Optional.empty()));
    }

    private static PriceSection section(Price price) {
        return new PriceSection(
                Optional.of(price.input()),
                Optional.of(price.cachedInput()),
                Optional.of(price.output()),
                unless(price.input(), price.extras().cacheWrite()),
                unless(price.output(), price.extras().reasoning()),
                unless(price.input(), price.extras().audioInput()),
                unless(price.output(), price.extras().audioOutput()),
                price.longContext()
                        .map(range -> new LongContextSection(
                                Optional.of(range.above()),
                                Optional.of(range.price().input()),
                                Optional.of(range.price().cachedInput()),
                                Optional.of(range.price().output()),
                                unless(
                                        range.price().input(),
                                        range.price().extras().cacheWrite()))));
    }

    private static Optional<Usd> unless(Usd usual, Usd price) {
        return Optional.of(price).filter(apart -> !apart.equals(usual));
    }

    private static ModelSection with(ModelSection model, PriceSection price) {
        return new ModelSection(
                model.upstream(),
                model.upstreamModel(),
                model.contextWindow(),
                model.supports(),
                model.tier(),
                Optional.of(price));
    }

    private static ConfigFile with(ConfigFile file, Map<String, ModelSection> models) {
        return new ConfigFile(
                file.listen(),
                file.store(),
                file.upstreams(),
                models,
                file.prices(),
                file.aliases(),
                file.workers(),
                file.defaults(),
                file.tenants(),
                file.policy(),
                file.estimates(),
                file.limits(),
                file.events(),
                file.telemetry());
    }
}
