package dev.fresnel.budget;

import dev.fresnel.value.ModelName;
import dev.fresnel.value.Usd;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Public prices of many providers' models, of one date: a text of lines
 *
 * <pre>
 * # a comment
 * date 2026-11-27
 * provider azure *.openai.azure.com,*.azure-api.net then=openai
 * price openai gpt-4o,gpt-4o-2024-* 2.5 1.25 10 audio-input=40 above=200000:5,2.5,15
 * </pre>
 *
 * <p>A price has the provider, the names that it is for ({@code *} stands for any characters, case does not count), and US dollars per million tokens of input,
 * cached input and output; behind them what is billed apart ({@link Price.Extras}) and the prices of a long context. The first line of a
 * provider that has a model's very name counts, else the first whose pattern fits. A provider without such a line takes the prices of those
 * behind {@code then=}. Immutable.
 */
public final class PriceList {
    private static final String SHIPPED = "/prices/shipped.txt";
    private static final int FIXED_PARTS = 6;

    private final LocalDate date;
    private final Map<String, Provider> providers;
    private final Map<String, List<Line>> lines;

    private PriceList(LocalDate date, Map<String, Provider> providers, Map<String, List<Line>> lines) {
        this.date = date;
        this.providers = providers;
        this.lines = lines;
    }

    /** @param then providers whose prices hold where it has none of its own */
    private record Provider(Pattern hosts, List<String> then) {}

    private record Line(Set<String> names, Pattern patterns, Price price) {}

    /**
     * What a model costs.
     *
     * @param provider whose price it is
     */
    public record Quote(String provider, Price price) {}

    /** A text is no price list. The message says which line and why. */
    public static final class Malformed extends Exception {
        Malformed(int line, String why) {
            super("line " + line + ": " + why, null, false, false);
        }
    }

    /** The list that comes with this program. */
    public static PriceList shipped() {
        try (InputStream text = Objects.requireNonNull(PriceList.class.getResourceAsStream(SHIPPED), SHIPPED)) {
            return parse(new String(text.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (Malformed ourFault) {
            throw new IllegalStateException(SHIPPED + " is malformed: " + ourFault.getMessage(), ourFault);
        }
    }

    public static PriceList parse(String text) throws Malformed {
        @Nullable LocalDate date = null;
        Map<String, Provider> providers = new LinkedHashMap<>();
        Map<String, List<Line>> lines = new HashMap<>();
        int number = 0;
        for (String raw : text.lines().toList()) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            List<String> parts = List.of(line.split("\\s+"));
            try {
                switch (parts.getFirst()) {
                    case "date" -> date = LocalDate.parse(parts.get(1));
                    case "provider" -> providers.put(parts.get(1), provider(parts));
                    case "price" ->
                        lines.computeIfAbsent(parts.get(1), _ -> new ArrayList<>())
                                .add(line(parts));
                    default ->
                        throw new Malformed(number, "begins with none of date, provider, price: " + parts.getFirst());
                }
            } catch (IndexOutOfBoundsException tooFew) {
                throw new Malformed(number, "has too few parts");
            } catch (DateTimeException | IllegalArgumentException | ArithmeticException unreadable) {
                throw new Malformed(number, Objects.requireNonNullElse(unreadable.getMessage(), "cannot be read"));
            }
        }
        if (date == null) {
            throw new Malformed(number, "there is no line 'date YYYY-MM-DD'");
        }
        for (String provider : lines.keySet()) {
            if (!providers.containsKey(provider)) {
                throw new Malformed(number, "there is no line 'provider " + provider + " ...'");
            }
        }
        return new PriceList(date, providers, lines);
    }

    private static Provider provider(List<String> parts) {
        List<String> then = new ArrayList<>();
        for (String option : parts.subList(3, parts.size())) {
            if (!option.startsWith("then=")) {
                throw new IllegalArgumentException("unknown part " + option);
            }
            then.addAll(List.of(option.substring("then=".length()).split(",")));
        }
        return new Provider(patterns(List.of(parts.get(2).split(","))), then);
    }

    private static Line line(List<String> parts) {
        List<String> names = List.of(parts.get(2).split(","));
        Usd input = usd(parts.get(3));
        Usd output = usd(parts.get(5));
        Map<String, String> options = new HashMap<>();
        for (String option : parts.subList(FIXED_PARTS, parts.size())) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("unknown part " + option);
            }
            options.put(option.substring(0, equals), option.substring(equals + 1));
        }
        Price.Extras extras = new Price.Extras(
                rate(options, "cache-write", input),
                rate(options, "reasoning", output),
                rate(options, "audio-input", input),
                rate(options, "audio-output", output));
        Optional<Price.LongContext> longContext =
                Optional.ofNullable(options.remove("above")).map(PriceList::longContext);
        if (!options.isEmpty()) {
            throw new IllegalArgumentException(
                    "unknown part " + options.keySet().iterator().next() + "=");
        }
        Set<String> exact = new LinkedHashSet<>();
        names.stream()
                .filter(name -> !name.contains("*"))
                .map(name -> name.toLowerCase(Locale.ROOT))
                .forEach(exact::add);
        return new Line(exact, patterns(names), new Price(input, usd(parts.get(4)), output, extras, longContext));
    }

    private static Usd rate(Map<String, String> options, String name, Usd otherwise) {
        return Optional.ofNullable(options.remove(name)).map(PriceList::usd).orElse(otherwise);
    }

    private static Price.LongContext longContext(String text) {
        String[] range = text.split("[:,]", -1);
        if (range.length < 4 || range.length > 5) {
            throw new IllegalArgumentException("above=TOKENS:INPUT,CACHED,OUTPUT[,CACHE-WRITE] was expected: " + text);
        }
        Usd input = usd(range[1]);
        Usd output = usd(range[3]);
        Usd cacheWrite = range.length == 5 ? usd(range[4]) : input;
        return new Price.LongContext(
                Long.parseLong(range[0]),
                new Price(
                        input,
                        usd(range[2]),
                        output,
                        new Price.Extras(cacheWrite, output, input, output),
                        Optional.empty()));
    }

    private static Usd usd(String text) {
        Usd usd = Usd.of(new BigDecimal(text));
        if (usd.isLessThan(Usd.ZERO)) {
            throw new IllegalArgumentException("a price is not negative: " + text);
        }
        return usd;
    }

    private static Pattern patterns(List<String> globs) {
        List<String> all = new ArrayList<>();
        for (String glob : globs) {
            List<String> literals = new ArrayList<>();
            for (String literal : glob.split("\\*", -1)) {
                literals.add(Pattern.quote(literal));
            }
            all.add(String.join(".*", literals));
        }
        return Pattern.compile(String.join("|", all), Pattern.CASE_INSENSITIVE);
    }

    /** The day as of which the prices hold. */
    public LocalDate date() {
        return date;
    }

    /** Names of the providers, as {@code upstreams.*.provider} takes them. */
    public Set<String> providers() {
        return providers.keySet();
    }

    /** The provider that answers at that host; empty for any other, such as a server of one's own. */
    public Optional<String> providerAt(String host) {
        return providers.entrySet().stream()
                .filter(entry -> entry.getValue().hosts().matcher(host).matches())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** What {@code provider} takes for the model that it calls that; empty where the list does not know. */
    public Optional<Quote> find(String provider, ModelName model) {
        Provider known = providers.get(provider);
        if (known == null) {
            return Optional.empty();
        }
        return own(provider, model)
                .or(() -> known.then().stream()
                        .flatMap(other -> own(other, model).stream())
                        .findFirst());
    }

    private Optional<Quote> own(String provider, ModelName model) {
        List<Line> own = lines.getOrDefault(provider, List.of());
        String name = model.value().toLowerCase(Locale.ROOT);
        return own.stream()
                .filter(line -> line.names().contains(name))
                .findFirst()
                .or(() -> own.stream()
                        .filter(line -> line.patterns().matcher(name).matches())
                        .findFirst())
                .map(line -> new Quote(provider, line.price()));
    }
}
