package dev.fresnel.lens;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Named whole numbers that are only ever added up, so that replicas may add in any order: the stored form of a lens's record and of
 * everything alike. As text one {@code name value} a line, which Redis' Lua reads and writes too. Immutable.
 *
 * <p>Bounded by its stores: beyond {@value #MAXIMUM} names those that begin with {@value #TRANSIENT} and are not in the last addition are
 * dropped.
 */
public record LensCounts(NavigableMap<String, Long> values) {
    public static final LensCounts NONE = new LensCounts(new TreeMap<>());

    /** Names a record may have. */
    public static final int MAXIMUM = 64;

    /** What names of a lens version's own begin with. */
    public static final String TRANSIENT = "with/";

    /** Longest stored text that is looked at, in characters. */
    public static final int MAX_CHARS = 16_384;

    private static final int MAX_NAME = 160;

    public LensCounts {
        values = java.util.Collections.unmodifiableNavigableMap(new TreeMap<>(values));
    }

    /** One number. White space in a name would end it early, and becomes {@code _}. */
    static LensCounts of(String name, long value) {
        String safe = name.replaceAll("\\s", "_");
        return new LensCounts(new TreeMap<>(Map.of(safe.substring(0, Math.min(MAX_NAME, safe.length())), value)));
    }

    public long get(String name) {
        return values.getOrDefault(name, 0L);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** Zeros are left out: they say nothing. */
    public LensCounts plus(LensCounts more) {
        TreeMap<String, Long> sum = new TreeMap<>(values);
        more.values.forEach((name, value) -> sum.merge(name, value, Long::sum));
        sum.values().removeIf(value -> value == 0);
        return new LensCounts(sum);
    }

    LensCounts negated() {
        TreeMap<String, Long> opposite = new TreeMap<>(values);
        opposite.replaceAll((_, value) -> -value);
        return new LensCounts(opposite);
    }

    /** {@link #plus} as a store does it: within its bound. */
    public LensCounts added(LensCounts more) {
        LensCounts sum = plus(more);
        if (sum.values.size() <= MAXIMUM) {
            return sum;
        }
        TreeMap<String, Long> current = new TreeMap<>(sum.values);
        current.keySet().removeIf(name -> name.startsWith(TRANSIENT) && !more.values.containsKey(name));
        return new LensCounts(current);
    }

    /** The part whose names begin with {@code prefix}. */
    SortedMap<String, Long> under(String prefix) {
        return values.subMap(prefix, prefix + Character.MAX_VALUE);
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        values.forEach((name, value) ->
                text.append(name).append(' ').append(value.longValue()).append('\n'));
        return text.toString();
    }

    /** Empty: not such a text. */
    public static Optional<LensCounts> parse(String text) {
        if (text.length() > MAX_CHARS) {
            return Optional.empty();
        }
        TreeMap<String, Long> values = new TreeMap<>();
        for (String line : text.lines().toList()) {
            if (line.isEmpty()) {
                continue;
            }
            int space = line.indexOf(' ');
            if (space < 1 || !line.substring(space + 1).matches("-?[0-9]{1,18}")) {
                return Optional.empty();
            }
            values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
        }
        return Optional.of(new LensCounts(values));
    }
}
