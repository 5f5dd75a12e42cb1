package dev.fresnel.tenant;

import dev.fresnel.budget.Budget;
import dev.fresnel.budget.Period;
import dev.fresnel.value.TenantId;
import dev.fresnel.value.Usd;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A key that was issued while the gateway ran, and that the store keeps: its hash, never the key.
 *
 * @param issued to the millisecond
 * @param by who issued it, for the record
 */
public record IssuedKey(TenantId tenant, TenantKey key, Instant issued, String by) {
    private static final String SEPARATOR = "\t";
    /** Without what the key may have, which a key that may have all of its tenant's is written without. */
    private static final int SHORT = 8;

    private static final int WHOLE = 10;
    private static final Pattern MILLIS = Pattern.compile("-?[0-9]{1,15}");
    private static final Pattern NUMBER = Pattern.compile("([a-z-]+)=([0-9]{1,19})");

    public IssuedKey {
        issued = Instant.ofEpochMilli(issued.toEpochMilli());
    }

    /** Whether both are keys of one tenant and have one name. */
    public boolean isNamesakeOf(IssuedKey other) {
        return tenant.equals(other.tenant) && key.name().equals(other.key.name());
    }

    /** What {@link #text} begins with for keys of this tenant and name, and for no others. */
    public String label() {
        return tenant.value() + SEPARATOR + key.name() + SEPARATOR;
    }

    /**
     * One line for stores, without the hash, under which it is kept. A key without a budget and limits of its own is written as it was before keys
     * could have any, so that a gateway of that version knows it; others it does not, rather than let them in unlimited.
     */
    public String text() {
        String text = String.join(
                SEPARATOR,
                tenant.value(),
                key.name(),
                key.scopes().stream().map(Scope::key).collect(Collectors.joining(",")),
                key.models().patterns().map(all -> String.join(" ", all)).orElse(""),
                key.expires().map(end -> Long.toString(end.toEpochMilli())).orElse(""),
                key.metadata().entrySet().stream()
                        .map(note -> encoded(note.getKey()) + "=" + encoded(note.getValue()))
                        .collect(Collectors.joining("&")),
                Long.toString(issued.toEpochMilli()),
                encoded(by));
        return key.budget().isLimited() || !key.limits().most().isEmpty()
                ? String.join(SEPARATOR, text, budgetText(), limitsText())
                : text;
    }

    private String budgetText() {
        return key.budget().periods().stream()
                .map(period -> period.adjective() + "="
                        + key.budget().limit(period).orElseThrow().nanos())
                .collect(Collectors.joining("&"));
    }

    private String limitsText() {
        return key.limits().most().entrySet().stream()
                .map(limit -> limit.getKey().key() + "=" + limit.getValue())
                .collect(Collectors.joining("&"));
    }

    /** Empty for what {@link #text} cannot have written. */
    public static Optional<IssuedKey> parse(KeyHash hash, String text) {
        String[] fields = text.split(SEPARATOR, -1);
        if ((fields.length != SHORT && fields.length != WHOLE)
                || !TenantId.isOne(fields[0])
                || !TenantId.isOne(fields[1])
                || !MILLIS.matcher(fields[6]).matches()
                || !(fields[4].isEmpty() || MILLIS.matcher(fields[4]).matches())) {
            return Optional.empty();
        }
        try {
            Set<Scope> scopes = scopes(fields[2]);
            Optional<List<String>> models =
                    Optional.of(fields[3]).filter(given -> !given.isEmpty()).map(given -> List.of(given.split(" ")));
            Optional<Instant> expires = Optional.of(fields[4])
                    .filter(given -> !given.isEmpty())
                    .map(Long::parseLong)
                    .map(Instant::ofEpochMilli);
            return Optional.of(new IssuedKey(
                    new TenantId(fields[0]),
                    new TenantKey(
                            hash,
                            fields[1],
                            scopes,
                            new AllowedModels(models),
                            expires,
                            fields.length == WHOLE ? budget(fields[8]) : Budget.NONE,
                            notes(fields[5]),
                            fields.length == WHOLE ? limits(fields[9]) : Limits.NONE),
                    Instant.ofEpochMilli(Long.parseLong(fields[6])),
                    decoded(fields[7])));
        } catch (IllegalArgumentException | DateTimeException damaged) {
            return Optional.empty();
        }
    }

    private static Set<Scope> scopes(String text) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String name : text.split(",", -1)) {
            if (!name.isEmpty()) {
                scopes.add(Scope.ofKey(name).orElseThrow(() -> new IllegalArgumentException("no scope: " + name)));
            }
        }
        return scopes;
    }

    private static Budget budget(String text) {
        Map<Period, Usd> limits = new EnumMap<>(Period.class);
        numbers(text)
                .forEach((name, nanos) -> limits.put(
                        Period.ofAdjective(name).orElseThrow(() -> new IllegalArgumentException("no period: " + name)),
                        new Usd(nanos)));
        return Budget.of(limits);
    }

    private static Limits limits(String text) {
        Map<Limit, Long> most = new EnumMap<>(Limit.class);
        numbers(text).forEach((name, number) -> {
            Limit limit = Limit.ofKey(name).orElseThrow(() -> new IllegalArgumentException("no limit: " + name));
            if (number < 1 || number > limit.ceiling()) {
                throw new IllegalArgumentException("no " + name + ": " + number);
            }
            most.put(limit, number);
        });
        return new Limits(most);
    }

    /** Pairs of a name and a number that is not negative, each name once. */
    private static Map<String, Long> numbers(String text) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        Arrays.stream(text.split("&", -1)).filter(pair -> !pair.isEmpty()).forEach(pair -> {
            Matcher parts = NUMBER.matcher(pair);
            if (!parts.matches() || numbers.put(parts.group(1), Long.valueOf(parts.group(2))) != null) {
                throw new IllegalArgumentException("no number: " + pair);
            }
        });
        return numbers;
    }

    private static Map<String, String> notes(String text) {
        Map<String, String> notes = new LinkedHashMap<>();
        Arrays.stream(text.split("&", -1)).filter(note -> !note.isEmpty()).forEach(note -> {
            int equals = note.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("no note: " + note);
            }
            notes.put(decoded(note.substring(0, equals)), decoded(note.substring(equals + 1)));
        });
        return notes;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
