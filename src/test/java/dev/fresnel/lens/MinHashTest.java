package dev.fresnel.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MinHashTest {
    @Test
    void estimatesTheShareOfCommonShingles() {
        SplittableRandom random = new SplittableRandom(7);
        double error = 0;
        int texts = 200;
        for (int i = 0; i < texts; i++) {
            List<String> a = words(random, 120);
            List<String> b = new ArrayList<>(a);
            for (int change = 0; change < i % 12; change++) {
                b.set(random.nextInt(b.size()), "changed" + change);
            }
            double truth = jaccard(a, b);
            double estimate = MinHash.of(a).similarity(MinHash.of(b));
            assertThat(estimate).isCloseTo(truth, within(0.2));
            error += (estimate - truth) / texts;
        }

        assertThat(error).as("bias").isCloseTo(0, within(0.01));
    }

    @Test
    void isOneForEqualTexts_evenShortOrEmptyOnes() {
        for (List<String> words : List.of(List.<String>of(), List.of("one"), List.of("a", "b", "c", "d", "e", "f"))) {
            assertThat(MinHash.of(words).similarity(MinHash.of(words))).isEqualTo(1);
        }
        assertThat(MinHash.of(List.of("one")).similarity(MinHash.of(List.of("two"))))
                .isLessThan(0.1);
    }

    private static List<String> words(SplittableRandom random, int count) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add("w" + random.nextInt(500));
        }
        return words;
    }

    private static double jaccard(List<String> a, List<String> b) {
        Set<List<String>> common = shingles(a);
        common.retainAll(shingles(b));
        Set<List<String>> all = shingles(a);
        all.addAll(shingles(b));
        return (double) common.size() / all.size();
    }

    private static Set<List<String>> shingles(List<String> words) {
        Set<List<String>> shingles = new HashSet<>();
        for (int i = 0; i + MinHash.SHINGLE <= words.size(); i++) {
            shingles.add(words.subList(i, i + MinHash.SHINGLE));
        }
        return shingles;
    }
}
