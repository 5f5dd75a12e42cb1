package dev.fresnel.estimate;

import java.util.Locale;
import java.util.Map;

/** Numbers as people write them in a request: digits up to six places, or English words. */
public final class Counts {
    private static final Map<String, Integer> WORDS = Map.ofEntries(
            Map.entry("one", 1),
            Map.entry("single", 1),
            Map.entry("two", 2),
            Map.entry("couple of", 2),
            Map.entry("three", 3),
            Map.entry("four", 4),
            Map.entry("five", 5),
            Map.entry("six", 6),
            Map.entry("seven", 7),
            Map.entry("eight", 8),
            Map.entry("nine", 9),
            Map.entry("ten", 10),
            Map.entry("eleven", 11),
            Map.entry("twelve", 12),
            Map.entry("dozen", 12),
            Map.entry("fifteen", 15),
            Map.entry("twenty", 20),
            Map.entry("thirty", 30),
            Map.entry("fifty", 50),
            Map.entry("hundred", 100));

    /** One capturing group with the number; not part of a version, a decimal or a longer number. */
    public static final String NUMBER = "(?<![\\w.,])(\\d{1,6}|"
            + String.join("|", WORDS.keySet().stream().sorted().toList()) + ")(?![\\w.,]*\\d)";

    private Counts() {}

    /** @param text what {@link #NUMBER} captured, any case */
    public static int valueOf(String text) {
        Integer word = WORDS.get(text.toLowerCase(Locale.ROOT));
        return word != null ? word : Integer.parseInt(text);
    }
}
