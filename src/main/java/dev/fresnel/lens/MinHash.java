package dev.fresnel.lens;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Signatures whose likeness estimates that of two sets: the share of equal places is an unbiased estimate of the Jaccard index, standard
 * error at most 1/(2 sqrt({@value #PERMUTATIONS})) = .044 (Broder, "On the resemblance and containment of documents", 1997). A permutation is
 * {@code a x + b} on 64 bits, of which the upper 32 are compared. Immutable.
 */
final class MinHash {
    static final int PERMUTATIONS = 128;
    static final int SHINGLE = 5;

    /** Shingles of one text; a longer one is compared by its first. */
    private static final int MOST_SHINGLES = 2_000;

    private static final long[] FACTORS = new long[PERMUTATIONS];
    private static final long[] ADDENDS = new long[PERMUTATIONS];

    static {
        // The same in every process: signatures may be compared wherever they were made.
        SplittableRandom random = new SplittableRandom(128);
        for (int i = 0; i < PERMUTATIONS; i++) {
            FACTORS[i] = random.nextLong() | 1;
            ADDENDS[i] = random.nextLong();
        }
    }

    private final int[] places;

    private MinHash(int[] places) {
        this.places = places;
    }

    /** Of the shingles of {@value #SHINGLE} words; a shorter text is one shingle. */
    static MinHash of(List<String> words) {
        int[] signature = new int[PERMUTATIONS];
        Arrays.fill(signature, Integer.MAX_VALUE);
        int shingles = Math.clamp(words.size() - SHINGLE + 1L, 1, MOST_SHINGLES);
        for (int from = 0; from < shingles; from++) {
            long hash = hash(words.subList(from, Math.min(words.size(), from + SHINGLE)));
            for (int i = 0; i < PERMUTATIONS; i++) {
                int place = (int) ((FACTORS[i] * hash + ADDENDS[i]) >>> 32);
                signature[i] = Math.min(signature[i], place);
            }
        }
        return new MinHash(signature);
    }

    /** 0.0 to 1.0. */
    double similarity(MinHash other) {
        int equal = 0;
        for (int i = 0; i < PERMUTATIONS; i++) {
            equal += places[i] == other.places[i] ? 1 : 0;
        }
        return (double) equal / PERMUTATIONS;
    }

    /** FNV-1a on characters, finished by the mixer of SplitMix64. */
    static long hash(List<String> words) {
        long hash = 0xcbf29ce484222325L;
        for (String word : words) {
            for (int i = 0; i < word.length(); i++) {
                hash = (hash ^ word.charAt(i)) * 0x100000001b3L;
            }
            hash = (hash ^ ' ') * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
