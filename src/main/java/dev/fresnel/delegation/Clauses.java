package dev.fresnel.delegation;

import java.util.Arrays;
import java.util.Locale;

/**
 * The words of a task as an order to make parts is read: with paths in one piece ({@code lib/c.py}), commas as words, and marks where
 * sentences and lines begin. Only places are kept; a word becomes a string, in lower case, when it is asked for, since most never
 * are. One pass over the text. Immutable.
 *
 * <p>A word is a run of letters, digits and {@code _ . / ' -}, without the last four at its ends unless it is a single one. A sentence
 * ends at white space behind {@code . ! ? ; :}, at a line break and at three backticks.
 */
final class Clauses {
    private static final int WORD_TYPES = 1 << Character.UPPERCASE_LETTER
            | 1 << Character.LOWERCASE_LETTER
            | 1 << Character.TITLECASE_LETTER
            | 1 << Character.MODIFIER_LETTER
            | 1 << Character.OTHER_LETTER
            | 1 << Character.DECIMAL_DIGIT_NUMBER
            | 1 << Character.LETTER_NUMBER
            | 1 << Character.OTHER_NUMBER;

    private static final String ENDERS = ".!?;:";

    /** What a word is the first of. */
    enum Unit {
        SENTENCE(1),
        LINE(2);

        private static final int BITS = 2;

        private final int bit;

        Unit(int bit) {
            this.bit = bit;
        }
    }

    private final String text;
    private int[] starts;
    /** End of each word, above a bit for each unit that begins with it. */
    private int[] ends;

    private int size;

    private Clauses(String text) {
        this.text = text;
        int likely = text.length() / 5 + 16;
        starts = new int[likely];
        ends = new int[likely];
    }

    static Clauses of(String text) {
        Clauses clauses = new Clauses(text);
        clauses.collect();
        return clauses;
    }

    int size() {
        return size;
    }

    /** In lower case. */
    String word(int i) {
        return text.substring(starts[i], end(i)).toLowerCase(Locale.ROOT);
    }

    int length(int i) {
        return end(i) - starts[i];
    }

    char firstChar(int i) {
        return text.charAt(starts[i]);
    }

    boolean begins(Unit unit, int i) {
        return i == 0 || (ends[i] & unit.bit) != 0;
    }

    /** Index after the last word of the unit that {@code i} is in, at most {@code limit}. */
    int end(Unit unit, int i, int limit) {
        int end = i + 1;
        int last = Math.min(size, limit);
        while (end < last && !begins(unit, end)) {
            end++;
        }
        return end;
    }

    private int end(int i) {
        return ends[i] >> Unit.BITS;
    }

    private void collect() {
        int begun = 0;
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            int before = size;
            if (isWordPart(c)) {
                int end = i + Character.charCount(c);
                while (end < text.length() && isWordPart(text.codePointAt(end))) {
                    end += Character.charCount(text.codePointAt(end));
                }
                addTrimmed(i, end, begun);
                i = end;
            } else {
                if (c == ',') {
                    add(i, i + 1, begun);
                } else if (isLineBreak(c)) {
                    begun = Unit.SENTENCE.bit | Unit.LINE.bit;
                } else if (endsSentence(c, i)) {
                    begun |= Unit.SENTENCE.bit;
                }
                i += Character.charCount(c);
            }
            if (size > before) {
                begun = 0;
            }
        }
    }

    private boolean endsSentence(int c, int i) {
        if (c == '`') {
            return text.startsWith("```", i);
        }
        return (c == ' ' || c == '\t') && i > 0 && ENDERS.indexOf(text.charAt(i - 1)) >= 0;
    }

    private void addTrimmed(int from, int to, int begun) {
        int start = from;
        int end = to;
        if (end - start > 1) {
            while (start < end && isEdge(text.charAt(start))) {
                start++;
            }
            while (end > start && isEdge(text.charAt(end - 1))) {
                end--;
            }
        }
        if (end > start) {
            add(start, end, begun);
        }
    }

    /** @param begun bits of the units that begin here */
    private void add(int start, int end, int begun) {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, 2 * size);
            ends = Arrays.copyOf(ends, 2 * size);
        }
        starts[size] = start;
        ends[size] = (end << Unit.BITS) | begun;
        size++;
    }

    private static boolean isWordPart(int c) {
        if (c < 0x80) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '-' && c <= '9') || c == '_' || c == '\'';
        }
        return ((WORD_TYPES >> Character.getType(c)) & 1) != 0;
    }

    private static boolean isEdge(char c) {
        return c == '.' || c == '/' || c == '\'' || c == '-';
    }

    private static boolean isLineBreak(int c) {
        return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
    }
}
