package dev.fresnel.budget;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.JsonNodeException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The public list of genai-prices ({@code data.json}), turned into the text of a {@link PriceList}. Takes over the providers that speak the
 * chat API and can be told by their host, and of them every model that has a price for input and for output. Left out, and so not known:
 * models that also cost by the request. A price that depends on the hour of the day is taken at its dearest; one that changed is taken as of
 * the list's date.
 */
public final class PublicPrices {
    private static final String HEADER = """
            # Public prices of models, in US dollars per million tokens: PROVIDER NAMES INPUT CACHED-INPUT OUTPUT, then what is billed apart.
            # Made by 'fresnel prices generate' from https://github.com/pydantic/genai-prices, which is under this licence:
            #
            # The MIT License (MIT). Copyright (c) Pydantic Services Inc. 2025 to present.
            # Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
            # (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
            # publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do
            # so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or
            # substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING
            # BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
            # AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
            # ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
            """;

    /** Where each provider's chat API answers. The list has these as patterns of whole addresses. */
    private static final Map<String, String> HOSTS = hosts();

    private static final Pattern SIMPLE_REGEX =
            Pattern.compile("\\^?([A-Za-z0-9./_-]|\\\\[.-])+(\\\\d(\\{\\d+})?)?\\$?");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private PublicPrices() {}

    private static Map<String, String> hosts() {
        Map<String, String> hosts = new LinkedHashMap<>();
        hosts.put("openai", "api.openai.com,*.api.openai.com");
        hosts.put("azure", "*.openai.azure.com,*.azure-api.net,*.cognitiveservices.azure.com");
        hosts.put("anthropic", "api.anthropic.com");
        hosts.put("google", "*.googleapis.com");
        hosts.put("mistral", "api.mistral.ai");
        hosts.put("deepseek", "api.deepseek.com");
        hosts.put("x-ai", "api.x.ai");
        hosts.put("groq", "api.groq.com");
        hosts.put("cerebras", "api.cerebras.ai");
        hosts.put("together", "api.together.xyz,api.together.ai");
        hosts.put("fireworks", "api.fireworks.ai");
        hosts.put("openrouter", "openrouter.ai,*.openrouter.ai");
        hosts.put("moonshotai", "api.moonshot.ai,api.moonshot.cn");
        hosts.put("zhipuai", "open.bigmodel.cn");
        hosts.put("minimax", "api.minimax.io,api.minimaxi.com");
        hosts.put("novita", "api.novita.ai");
        hosts.put("ovhcloud", "oai.endpoints.kepler.ai.cloud.ovh.net");
        hosts.put("avian", "api.avian.io");
        hosts.put("doubleword", "api.doubleword.ai");
        return hosts;
    }

    /** The text could not be made: the list is not of the shape that it is said to have. */
    public static final class Unreadable extends Exception {
        Unreadable(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * Text that {@link PriceList#parse} reads.
     *
     * @param json {@code data.json} of genai-prices
     * @param date as of which its prices hold
     */
    public static String priceList(String json, LocalDate date) throws Unreadable {
        try {
            StringBuilder text =
                    new StringBuilder(HEADER).append("\ndate ").append(date).append('\n');
            Map<String, JsonNode> known = new LinkedHashMap<>();
            for (JsonNode provider : array(JSON.readTree(json))) {
                known.put(provider.required("id").stringValue(), provider);
            }
            HOSTS.forEach((id, hosts) -> {
                JsonNode provider = known.get(id);
                if (provider != null) {
                    text.append('\n').append(provider(id, hosts, provider)).append('\n');
                    for (JsonNode model : array(provider.required("models"))) {
                        line(id, model, date)
                                .ifPresent(line -> text.append(line).append('\n'));
                    }
                }
            });
            return text.toString();
        } catch (JacksonException | DateTimeParseException otherShape) {
            throw new Unreadable("it is not the data.json of genai-prices: " + otherShape.getMessage());
        }
    }

    private static JsonNode array(JsonNode node) {
        if (!node.isArray()) {
            throw JsonNodeException.from(node, "a list was expected, not " + node.getNodeType());
        }
        return node;
    }

    private static String provider(String id, String hosts, JsonNode provider) {
        List<String> then = provider.path("fallback_model_providers")
                .valueStream()
                .map(JsonNode::stringValue)
                .filter(HOSTS::containsKey)
                .toList();
        return "provider " + id + " " + hosts + (then.isEmpty() ? "" : " then=" + String.join(",", then));
    }

    private static Optional<String> line(String provider, JsonNode model, LocalDate date) {
        List<String> names = new ArrayList<>();
        globs(model.required("match"), names);
        return prices(model.required("prices"), date)
                .filter(_ -> !names.isEmpty())
                .filter(prices -> !prices.has("requests_kcount"))
                .filter(prices -> prices.has("input_mtok") && prices.has("output_mtok"))
                .map(prices -> "price " + provider + " " + String.join(",", names) + " " + numbers(prices));
    }

    private static void globs(JsonNode match, List<String> names) {
        match.properties().forEach(rule -> {
            String kind = rule.getKey();
            switch (kind) {
                case "or" -> array(rule.getValue()).forEach(one -> globs(one, names));
                case "equals" -> names.add(rule.getValue().stringValue());
                case "starts_with" -> names.add(rule.getValue().stringValue() + "*");
                case "ends_with" -> names.add("*" + rule.getValue().stringValue());
                case "contains" -> names.add("*" + rule.getValue().stringValue() + "*");
                case "regex" -> {
                    String regex = rule.getValue().stringValue();
                    if (SIMPLE_REGEX.matcher(regex).matches()) {
                        names.add(glob(regex));
                    }
                }
                default -> {
                    // A rule that is not known here names no model: better no price than a wrong one.
                }
            }
        });
        names.removeIf(name -> !name.matches("[!-+\\--~]+"));
    }

    /** Digits at the end, such as a date, become any characters. */
    private static String glob(String regex) {
        String literal = regex.replaceFirst("^\\^", "").replaceFirst("\\$$", "");
        String open = literal.replaceFirst("\\\\d(\\{\\d+})?$", "*");
        return open.replaceAll("\\\\(.)", "$1");
    }

    /** Those in force at the date. */
    private static Optional<JsonNode> prices(JsonNode prices, LocalDate date) {
        if (prices.isObject()) {
            return Optional.of(prices);
        }
        List<JsonNode> inForce = new ArrayList<>();
        for (JsonNode entry : array(prices)) {
            JsonNode constraint = entry.path("constraint");
            if (constraint.path("start_date").isString()
                    && LocalDate.parse(constraint.get("start_date").stringValue())
                            .isAfter(date)) {
                continue;
            }
            if (!constraint.has("start_time")) {
                inForce.clear();
            }
            inForce.add(entry.required("prices"));
        }
        return inForce.stream().max(Comparator.comparing(one -> base(one.required("output_mtok"))));
    }

    private static String numbers(JsonNode prices) {
        JsonNode input = prices.get("input_mtok");
        JsonNode output = prices.get("output_mtok");
        JsonNode cached = prices.has("cache_read_mtok") ? prices.get("cache_read_mtok") : input;
        StringBuilder text = new StringBuilder()
                .append(plain(base(input)))
                .append(' ')
                .append(plain(base(cached)))
                .append(' ')
                .append(plain(base(output)));
        option(text, "cache-write", prices.path("cache_write_mtok"));
        option(text, "audio-input", prices.path("input_audio_mtok"));
        option(text, "audio-output", prices.path("output_audio_mtok"));
        above(text, prices, input, cached, output);
        return text.toString();
    }

    private static void option(StringBuilder text, String name, JsonNode price) {
        if (!price.isMissingNode() && !price.isNull()) {
            text.append(' ').append(name).append('=').append(plain(base(price)));
        }
    }

    /** Every tier of one model begins at the same length. */
    private static void above(StringBuilder text, JsonNode prices, JsonNode input, JsonNode cached, JsonNode output) {
        for (JsonNode price : List.of(input, output)) {
            if (price.isObject()) {
                text.append(" above=")
                        .append(tier(price).required("start").longValue())
                        .append(':')
                        .append(plain(upper(input)))
                        .append(',')
                        .append(plain(upper(cached)))
                        .append(',')
                        .append(plain(upper(output)));
                if (prices.has("cache_write_mtok")) {
                    text.append(',').append(plain(upper(prices.get("cache_write_mtok"))));
                }
                return;
            }
        }
    }

    private static BigDecimal base(JsonNode price) {
        return price.isObject() ? price.required("base").decimalValue() : price.decimalValue();
    }

    private static BigDecimal upper(JsonNode price) {
        return price.isObject() ? tier(price).required("price").decimalValue() : price.decimalValue();
    }

    private static JsonNode tier(JsonNode tiered) {
        JsonNode tiers = array(tiered.required("tiers"));
        if (tiers.size() != 1) {
            throw JsonNodeException.from(tiered, "a price has " + tiers.size() + " tiers, and one is known here");
        }
        return tiers.get(0);
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
