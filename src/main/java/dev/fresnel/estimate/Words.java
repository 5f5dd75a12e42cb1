package dev.fresnel.estimate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The words of a request's head and tail, lower case, in one pass. Orders stand at the start or the end; what lies between in a
 * long text is material. A word is a run of letters, digits and apostrophes in any script; {@code 3.5} and {@code 1,000} are one word. All
 * looking at words goes through tables, since a regular expression with many alternatives costs milliseconds on a few kilobytes.
 */
public final class Words {
    /** Characters of a text that are looked at. */
    public static final int MAX_CHARS = 4000;

    private static final int TAIL_CHARS = 1000;
    private static final int MAX_DIGITS = 6;

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("one", 1),
            Map.entry("single", 1),
            Map.entry("two", 2),
            Map.entry("couple", 2),
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

    private final List<String> words;

    private Words(List<String> words) {
        this.words = words;
    }

    public static Words of(String text) {
        List<String> words = new ArrayList<>();
        if (text.length() <= MAX_CHARS) {
            collect(text, 0, text.length(), words);
        } else {
            collect(text, 0, MAX_CHARS - TAIL_CHARS, words);
            collect(text, text.length() - TAIL_CHARS, text.length(), words);
        }
        return new Words(words);
    }

    public int size() {
        return words.size();
    }

    public String get(int index) {
        return words.get(index);
    }

    /** The word there, or an empty one outside the text. */
    public String at(int index) {
        return index >= 0 && index < words.size() ? words.get(index) : "";
    }

    /** The whole number at {@code index}: up to six digits ({@code 12}, {@code 1,000}, {@code 2k}) or an English word. */
    public OptionalInt numberAt(int index) {
        return number(at(index));
    }

    /** See {@link #numberAt}. */
    public static OptionalInt number(String word) {
        if (word.isEmpty()) {
            return OptionalInt.empty();
        }
        Integer known = NUMBERS.get(word);
        if (known != null) {
            return OptionalInt.of(known);
        }
        if (word.charAt(0) < '0' || word.charAt(0) > '9') {
            return OptionalInt.empty();
        }
        boolean thousands = word.endsWith("k") && word.length() <= 4;
        String digits = (thousands ? word.substring(0, word.length() - 1) : word).replace(",", "");
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return OptionalInt.empty();
            }
        }
        return digits.length() > MAX_DIGITS
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(digits) * (thousands ? 1000 : 1));
    }

    private static void collect(String text, int from, int to, List<String> words) {
        int start = -1;
        for (int i = from; i < to; i++) {
            if (isPart(text, i, from, to)) {
                start = start < 0 ? i : start;
            } else if (start >= 0) {
                words.add(text.substring(start, i).toLowerCase(Locale.ROOT));
                start = -1;
            }
        }
        if (start >= 0) {
            words.add(text.substring(start, to).toLowerCase(Locale.ROOT));
        }
    }

    private static boolean isPart(String text, int i, int from, int to) {
        char c = text.charAt(i);
        if (Character.isLetterOrDigit(c) || c == '\'') {
            return true;
        }
        return (c == '.' || c == ',')
                && i > from
                && i + 1 < to
                && Character.isDigit(text.charAt(i - 1))
                && Character.isDigit(text.charAt(i + 1));
    }
}
