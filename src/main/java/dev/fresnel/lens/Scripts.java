package dev.fresnel.lens;

import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Which writing systems a text uses. Catches a lens in a language the task was not written in, as far as letters can tell. */
final class Scripts {
    private static final double DOMINANT = 0.6;
    private static final double PRESENT = 0.1;

    private Scripts() {}

    /**
     * Whether a lens mostly in one script may follow from {@code origin}. Latin always may: code and English are everywhere. Any other
     * script must make up a tenth of the origin's letters.
     */
    static boolean mayFollow(String lens, String origin) {
        Map<UnicodeScript, Integer> counts = letters(lens);
        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        Optional<UnicodeScript> dominant = counts.entrySet().stream()
                .filter(entry -> entry.getValue() > total * DOMINANT)
                .map(Map.Entry::getKey)
                .findFirst();
        return dominant.filter(script -> script != UnicodeScript.LATIN)
                .map(script -> share(letters(origin), script) >= PRESENT)
                .orElse(true);
    }

    private static double share(Map<UnicodeScript, Integer> counts, UnicodeScript script) {
        int total = counts.values().stream().mapToInt(Integer::intValue).sum();
        return total == 0 ? 0 : (double) counts.getOrDefault(script, 0) / total;
    }

    private static Map<UnicodeScript, Integer> letters(String text) {
        Map<UnicodeScript, Integer> counts = new EnumMap<>(UnicodeScript.class);
        text.codePoints().filter(Character::isLetter).forEach(c -> {
            UnicodeScript script = UnicodeScript.of(c);
            // Japanese mixes three scripts; together they are one way of writing.
            UnicodeScript family = switch (script) {
                case HIRAGANA, KATAKANA -> UnicodeScript.HAN;
                default -> script;
            };
            counts.merge(family, 1, Integer::sum);
        });
        return counts;
    }
}
