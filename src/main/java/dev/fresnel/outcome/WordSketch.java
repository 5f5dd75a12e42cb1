package dev.fresnel.outcome;

import java.util.Arrays;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * The words of a text as a bounded set of hashes, to tell how much two texts have in common without keeping either. The {@value #MAX_HASHES} smallest
 * hashes are kept ("bottom k", Cohen and Kaspar, PODC 2007): up to that many distinct words a comparison is exact, beyond it an estimate with a standard
 * error below 0.05. Immutable.
 */
final class WordSketch {
    static final int MAX_HASHES = 128;

    /** Below it two texts have a word in common by chance, such as "yes, go on". */
    private static final int MIN_WORDS = 5;

    private static final int MAX_CHARS = 64 * 1024;

    private final int[] hashes;

    private WordSketch(int[] hashes) {
        this.hashes = hashes;
    }

    /** A word is a run of letters and digits, whatever their case; in a script without spaces, a character. Only the beginning of a very long text counts. */
    static WordSketch of(String text) {
        TreeSet<Integer> smallest = new TreeSet<>();
        String known = text.substring(0, Math.min(text.length(), MAX_CHARS)).toLowerCase(Locale.ROOT);
        int hash = 0;
        boolean inWord = false;
        for (int i = 0; i <= known.length(); ) {
            int point = i < known.length() ? known.codePointAt(i) : ' ';
            boolean alone = Character.isIdeographic(point);
            if (inWord && (alone || !Character.isLetterOrDigit(point))) {
                add(smallest, hash);
                inWord = false;
            }
            if (alone) {
                add(smallest, point);
            } else if (Character.isLetterOrDigit(point)) {
                hash = inWord ? 31 * hash + point : point;
                inWord = true;
            }
            i += Character.charCount(point);
        }
        return new WordSketch(smallest.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void add(NavigableSet<Integer> smallest, int hash) {
        smallest.add(mixed(hash));
        if (smallest.size() > MAX_HASHES) {
            var _ = smallest.pollLast();
        }
    }

    /** The finaliser of MurmurHash3: every bit of the input moves every bit of the output. */
    private static int mixed(int hash) {
        int h = hash;
        h = (h ^ h >>> 16) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return h ^ h >>> 16;
    }

    /** Jaccard similarity of the two sets of words, 0.0 to 1.0; empty when one of them has too few words to tell. */
    OptionalDouble similarity(WordSketch other) {
        if (hashes.length < MIN_WORDS || other.hashes.length < MIN_WORDS) {
            return OptionalDouble.empty();
        }
        int[] union = merged(other);
        long both = Arrays.stream(union)
                .filter(hash -> Arrays.binarySearch(hashes, hash) >= 0 && Arrays.binarySearch(other.hashes, hash) >= 0)
                .count();
        return OptionalDouble.of((double) both / union.length);
    }

    /** The smallest of both: of a text that was cut, nothing is known beyond its largest hash. */
    private int[] merged(WordSketch other) {
        TreeSet<Integer> all = new TreeSet<>();
        Arrays.stream(hashes).forEach(all::add);
        Arrays.stream(other.hashes).forEach(all::add);
        return all.stream()
                .limit(isWhole() && other.isWhole() ? Integer.MAX_VALUE : MAX_HASHES)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private boolean isWhole() {
        return hashes.length < MAX_HASHES;
    }
}
