package dev.fresnel.estimate;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** A length that the request itself names: "in 200 words", "five bullet points", "a 3-page report", "in one sentence". */
final class AskedLength {
    /** Tokens of one unit, English prose, and the largest number of them that anybody orders. */
    private record Unit(double tokens, int most) {}

    private static final Map<String, Unit> UNITS = Map.ofEntries(
            Map.entry("token", new Unit(1, 50_000)),
            Map.entry("character", new Unit(0.25, 50_000)),
            Map.entry("word", new Unit(1.35, 10_000)),
            Map.entry("line", new Unit(14, 2_000)),
            Map.entry("name", new Unit(10, 200)),
            Map.entry("title", new Unit(10, 200)),
            Map.entry("headline", new Unit(14, 100)),
            Map.entry("verse", new Unit(40, 50)),
            Map.entry("sentence", new Unit(26, 200)),
            Map.entry("question", new Unit(26, 100)),
            Map.entry("fact", new Unit(26, 100)),
            Map.entry("stanza", new Unit(45, 50)),
            Map.entry("tweet", new Unit(45, 100)),
            Map.entry("bullet", new Unit(35, 100)),
            Map.entry("point", new Unit(35, 100)),
            Map.entry("item", new Unit(35, 100)),
            Map.entry("idea", new Unit(35, 100)),
            Map.entry("tip", new Unit(35, 100)),
            Map.entry("suggestion", new Unit(35, 100)),
            Map.entry("way", new Unit(35, 100)),
            Map.entry("reason", new Unit(35, 100)),
            Map.entry("example", new Unit(55, 100)),
            Map.entry("step", new Unit(55, 100)),
            Map.entry("paragraph", new Unit(110, 100)),
            Map.entry("section", new Unit(250, 50)),
            Map.entry("page", new Unit(600, 50)),
            Map.entry("chapter", new Unit(1500, 20)));

    /** "the last 3 lines", "these 5 items", "the length is 2048 tokens": talk of what is there, not an order. */
    private static final Set<String> REFERENCES = Set.of(
            "the",
            "these",
            "those",
            "last",
            "first",
            "following",
            "your",
            "my",
            "our",
            "has",
            "have",
            "had",
            "contains",
            "than",
            "is",
            "are",
            "was",
            "were",
            "every",
            "after",
            "to",
            "all",
            "there");

    private static final int ADJECTIVES = 2;
    private static final Set<String> NO_ADJECTIVES =
            Set.of("or", "and", "of", "in", "to", "the", "with", "for", "use", "per", "a", "at", "on", "from", "by");

    private AskedLength() {}

    /** Tokens of the largest length asked for; empty when none is. */
    static OptionalDouble tokens(Words words) {
        double most = -1;
        for (int i = 0; i < words.size(); i++) {
            OptionalInt number = words.numberAt(i);
            if (number.isPresent() && !REFERENCES.contains(words.at(i - 1))) {
                most = Math.max(most, behind(words, i, number.getAsInt()));
            }
        }
        return most < 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.max(1, most));
    }

    private static double behind(Words words, int number, int count) {
        for (int i = number + 1; i <= number + 1 + ADJECTIVES; i++) {
            String word = words.at(i);
            Unit unit = UNITS.get(word.endsWith("s") ? word.substring(0, word.length() - 1) : word);
            if (unit != null) {
                return count <= unit.most ? count * unit.tokens : -1;
            }
            if (NO_ADJECTIVES.contains(word) || words.numberAt(i).isPresent()) {
                return -1;
            }
        }
        return -1;
    }
}
