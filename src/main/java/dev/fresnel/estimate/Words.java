package dev.fresnel.estimate;

import java.util.ArrayList;
import java.util.HashMap;
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

    private static final Map<String, Integer> NUMBERS = new HashMap<>(Map.ofEntries(
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
            Map.entry("hundred", 100)));

    private static final int LONGEST_NUMBER = 7;
    private static final int NO_NUMBER = -1;

    private final List<String> words;

    // What each word is, looked up once: several readers of a text ask the same of every word.
    private final int[] numbers;
    private final int[] cues;

    private Words(List<String> words) {
        this.words = words;
        numbers = new int[words.size()];
        cues = new int[words.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(words.get(i)).orElse(NO_NUMBER);
            cues[i] = Cue.at(this, i);
        }
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
        boolean none = index < 0 || index >= numbers.length || numbers[index] == NO_NUMBER;
        return none ? OptionalInt.empty() : OptionalInt.of(numbers[index]);
    }

    /** Bits of the {@link Cue}s of the word there and of the phrases that begin with it. */
    int cuesAt(int index) {
        return cues[index];
    }

    /** See {@link #numberAt}. */
    public static OptionalInt number(String word) {
        if (word.isEmpty()) {
            return OptionalInt.empty();
        }
        if (word.charAt(0) < '0' || word.charAt(0) > '9') {
            Integer known = word.length() <= LONGEST_NUMBER ? NUMBERS.get(word) : null;
            return known == null ? OptionalInt.empty() : OptionalInt.of(known);
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
        boolean lower = true;
        for (int i = from; i <= to; i++) {
            if (i < to && isPart(text, i, from, to)) {
                start = start < 0 ? i : start;
                lower &= isPlain(text.charAt(i));
            } else if (start >= 0) {
                String word = text.substring(start, i);
                // Most are lower case already, and asking each again for every letter takes as long as all the rest.
                words.add(lower ? word : word.toLowerCase(Locale.ROOT));
                start = -1;
                lower = true;
            }
        }
    }

    /** A character of which no other case is meant. */
    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || c == '.' || c == ',';
    }

    private static boolean isPart(String text, int i, int from, int to) {
        char c = text.charAt(i);
        if ((c >= 'a' && c <= 'z') || Character.isLetterOrDigit(c) || c == '\'') {
            return true;
        }
        return (c == '.' || c == ',')
                && i > from
                && i + 1 < to
                && Character.isDigit(text.charAt(i - 1))
                && Character.isDigit(text.charAt(i + 1));
    }
}
