package dev.fresnel.config;

import dev.fresnel.tenant.KeyHash;
import dev.fresnel.value.Secret;
import dev.fresnel.value.Usd;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One kind of plain value: how it is read, what it is called, what an editor's schema says of it.
 *
 * @param label for the reference table, for example {@code duration}
 * @param json how a JSON Schema sees it
 * @param reader throws {@link BadValue} with an expectation that starts with "must"
 */
record ScalarType<T>(String label, Json json, Reader<T> reader) {
    /** The JSON types a value of a kind has in a parsed file. */
    enum JsonType {
        STRING,
        INTEGER,
        NUMBER,
        BOOLEAN
    }

    /**
     * How a JSON Schema sees a kind of value.
     *
     * @param pattern regular expression for a string; empty: any
     * @param values the closed set of strings; empty: not closed
     */
    record Json(JsonType type, String pattern, List<String> values) {
        static Json of(JsonType type) {
            return new Json(type, "", List.of());
        }
    }

    /** Text to value. */
    @FunctionalInterface
    interface Reader<T> {
        T read(String text) throws BadValue;
    }

    private static final String KEY = "key";

    static final String DURATION_PATTERN = "([0-9]{1,9}(ms|s|m|h|d))+";
    static final String TIME_PATTERN = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z)?";
    static final String SIZE_PATTERN = "[0-9]{1,9}(B|KiB|MiB|GiB)";

    // Neither exponents nor endless digits: 1e-999999999 is short to write and takes hours to round.
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,18})?");
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern DURATION = Pattern.compile(DURATION_PATTERN);
    private static final Pattern DURATION_PART = Pattern.compile("([0-9]+)(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)");

    /** The kind for a component's Java type; empty for a type that is no plain value. */
    static Optional<ScalarType<?>> of(Class<?> type) {
        if (type.isEnum()) {
            return Optional.of(oneOf(type));
        }
        return Optional.ofNullable(BY_CLASS.get(type));
    }

    /** The label as a part of a sentence. */
    String noun() {
        return switch (label) {
            case "USD" -> "an amount in USD";
            case "true or false" -> label;
            default -> "a " + label;
        };
    }

    boolean isSecret() {
        return label.equals("secret") || label.equals(KEY);
    }

    /** Whether a value that the file itself holds gives a secret away. */
    boolean isExposedBy(String text) {
        return isSecret() && !(label.equals(KEY) && text.startsWith(KeyHash.PREFIX));
    }

    /** Why what guards a tenant is easy to find out; empty: it is not, or it is a hash, which does not tell. */
    Optional<String> weakness(String text) {
        return label.equals(KEY) && isExposedBy(text) ? Guessable.why(text) : Optional.empty();
    }

    /** Whether a value of this kind must not be repeated in a message. */
    boolean mayHoldSecret() {
        return isSecret() || label.endsWith("URL");
    }

    /** Whether YAML must show the value bare: {@code "2000"} in quotes is text, not a number. */
    boolean isBare() {
        return json.type != JsonType.STRING;
    }

    private static final Map<Class<?>, ScalarType<?>> BY_CLASS = Map.ofEntries(
            Map.entry(String.class, new ScalarType<>("text", Json.of(JsonType.STRING), ScalarType::text)),
            Map.entry(Secret.class, new ScalarType<>("secret", Json.of(JsonType.STRING), ScalarType::secret)),
            Map.entry(HeaderValue.class, new ScalarType<>("secret", Json.of(JsonType.STRING), HeaderValue::parse)),
            Map.entry(KeyHash.class, new ScalarType<>(KEY, Json.of(JsonType.STRING), ScalarType::key)),
            Map.entry(boolean.class, new ScalarType<>("true or false", Json.of(JsonType.BOOLEAN), ScalarType::bool)),
            Map.entry(Boolean.class, new ScalarType<>("true or false", Json.of(JsonType.BOOLEAN), ScalarType::bool)),
            Map.entry(int.class, new ScalarType<>("whole number", Json.of(JsonType.INTEGER), ScalarType::integer)),
            Map.entry(Integer.class, new ScalarType<>("whole number", Json.of(JsonType.INTEGER), ScalarType::integer)),
            Map.entry(Long.class, new ScalarType<>("whole number", Json.of(JsonType.INTEGER), ScalarType::whole)),
            Map.entry(
                    Double.class,
                    new ScalarType<>(
                            "number",
                            Json.of(JsonType.NUMBER),
                            text -> number(text).doubleValue())),
            Map.entry(BigDecimal.class, new ScalarType<>("number", Json.of(JsonType.NUMBER), ScalarType::number)),
            Map.entry(Usd.class, new ScalarType<>("USD", Json.of(JsonType.NUMBER), ScalarType::usd)),
            Map.entry(
                    Duration.class,
                    new ScalarType<>(
                            "duration",
                            new Json(JsonType.STRING, "^" + DURATION_PATTERN + "$", List.of()),
                            ScalarType::duration)),
            Map.entry(
                    Instant.class,
                    new ScalarType<>(
                            "time", new Json(JsonType.STRING, "^" + TIME_PATTERN + "$", List.of()), ScalarType::time)),
            Map.entry(
                    ByteSize.class,
                    new ScalarType<>(
                            "size", new Json(JsonType.STRING, "^" + SIZE_PATTERN + "$", List.of()), ScalarType::size)),
            Map.entry(
                    URI.class,
                    new ScalarType<>(
                            "URL", new Json(JsonType.STRING, "^https?://[^?#@]+$", List.of()), ScalarType::url)),
            Map.entry(
                    RedisAddress.class,
                    new ScalarType<>(
                            "Redis URL",
                            new Json(JsonType.STRING, RedisAddress.PATTERN, List.of()),
                            RedisAddress::parse)),
            Map.entry(
                    HostPort.class,
                    new ScalarType<>(
                            "host:port",
                            new Json(JsonType.STRING, "^.+:[0-9]{1,5}$", List.of()),
                            ScalarType::hostPort)));

    private static KeyHash key(String text) throws BadValue {
        if (text.startsWith(KeyHash.PREFIX)) {
            return KeyHash.parse(text)
                    .orElseThrow(() -> new BadValue(
                            "must be sha256: and 64 hex digits", "take the line that fresnel keys create prints"));
        }
        return KeyHash.of(secret(text).reveal());
    }

    private static String text(String text) throws BadValue {
        if (text.isBlank()) {
            throw new BadValue("must not be blank");
        }
        return text;
    }

    private static Secret secret(String text) throws BadValue {
        // It becomes a header value, where a line break would be a second header.
        if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new BadValue(
                    "must be printable ASCII without spaces, and not empty", "look for a stray space or line break");
        }
        return new Secret(text);
    }

    private static boolean bool(String text) throws BadValue {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new BadValue("must be true or false");
        };
    }

    private static int integer(String text) throws BadValue {
        long value = whole(text);
        if (value != (int) value) {
            throw new BadValue("must be a whole number of at most 2147483647");
        }
        return (int) value;
    }

    private static long whole(String text) throws BadValue {
        if (!INTEGER.matcher(text).matches()) {
            throw new BadValue("must be a whole number in plain digits");
        }
        return Long.parseLong(text);
    }

    private static BigDecimal number(String text) throws BadValue {
        if (!NUMBER.matcher(text).matches()) {
            throw new BadValue("must be a number in plain digits, such as 0.15");
        }
        return new BigDecimal(text);
    }

    private static Usd usd(String text) throws BadValue {
        BigDecimal dollars = number(text);
        // The largest amount that nano-dollars hold, rounded down; no price or budget comes near.
        if (dollars.abs().compareTo(BigDecimal.valueOf(1_000_000_000)) > 0) {
            throw new BadValue("must be at most 1000000000 dollars");
        }
        return Usd.of(dollars);
    }

    private static Duration duration(String text) throws BadValue {
        if (!DURATION.matcher(text).matches()) {
            throw new BadValue(
                    "must be a duration with its unit (ms, s, m, h or d)", "write for example 500ms, 30s, 10m or 24h");
        }
        Duration sum = Duration.ZERO;
        Matcher part = DURATION_PART.matcher(text);
        while (part.find()) {
            long count = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "ms" -> Duration.ofMillis(count);
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        default -> Duration.ofDays(count);
                    });
        }
        return sum;
    }

    /** A date is its first moment. Zones other than UTC are not taken: a file is read in more than one place. */
    private static Instant time(String text) throws BadValue {
        try {
            if (text.matches(TIME_PATTERN)) {
                String whole = text.contains("T") ? text : text + "T00:00Z";
                return OffsetDateTime.parse(whole).toInstant();
            }
        } catch (DateTimeException notOnTheCalendar) {
            // Told below, in the same words.
        }
        throw new BadValue("must be a date or a time in UTC", "write for example 2027-01-31 or 2027-01-31T17:00Z");
    }

    private static ByteSize size(String text) throws BadValue {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new BadValue(
                    "must be a size with its unit (B, KiB, MiB or GiB)", "write for example 512KiB or 32MiB");
        }
        long unit = switch (matcher.group(2)) {
            case "B" -> 1L;
            case "KiB" -> 1L << 10;
            case "MiB" -> 1L << 20;
            default -> 1L << 30;
        };
        return new ByteSize(Long.parseLong(matcher.group(1)) * unit);
    }

    /** An absolute http(s) address without anything a request or a log should not repeat; a trailing slash is dropped. */
    private static URI url(String text) throws BadValue {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new BadValue("must be a URL");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean web = scheme.equals("https") || scheme.equals("http");
        if (!web || uri.getHost() == null) {
            throw new BadValue("must be an absolute http or https URL with a host");
        }
        if (uri.getRawUserInfo() != null) {
            throw new BadValue(
                    "must not carry a user name or password", "leave it out: a key beside it takes the credential");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new BadValue("must not carry a query or a fragment", "end the URL before the '?' or '#'");
        }
        if (uri.getPort() > 65535 || uri.getPort() == 0) {
            throw new BadValue("must have a port between 1 and 65535");
        }
        String whole = uri.toString();
        int end = whole.length();
        while (whole.charAt(end - 1) == '/') {
            end--;
        }
        return URI.create(whole.substring(0, end));
    }

    private static HostPort hostPort(String text) throws BadValue {
        return HostPort.parse(text)
                .orElseThrow(() -> new BadValue(
                        "must be host:port with a port from 0 to 65535",
                        "write for example 127.0.0.1:8080 or [::1]:8080; port 0 takes any free one"));
    }

    private static ScalarType<?> oneOf(Class<?> type) {
        Map<String, Object> byKey = new java.util.LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            byKey.put(enumKey((Enum<?>) constant), constant);
        }
        List<String> names = new ArrayList<>(byKey.keySet());
        return new ScalarType<Object>(
                String.join(" | ", names), new Json(JsonType.STRING, "", List.copyOf(names)), text -> {
                    Object value = byKey.get(text);
                    if (value == null) {
                        throw new BadValue(
                                "must be one of " + String.join(", ", names),
                                NearestName.to(text, names)
                                        .map(name -> "did you mean \"" + name + "\"?")
                                        .orElse(""));
                    }
                    return value;
                });
    }

    static String enumKey(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
