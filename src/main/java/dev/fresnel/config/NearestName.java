package dev.fresnel.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * The valid name a typist most likely meant: the one with the fewest insertions, deletions, replacements and swaps of
 * neighbours (optimal string alignment distance), letter case and {@code _} against {@code -} not counted. A name further away
 * than a third of its length is no suggestion.
 */
final class NearestName {
    private NearestName() {}

    static Optional<String> to(String typed, Collection<String> valid) {
        String wanted = normal(typed);
        int limit = Math.max(1, Math.min(typed.length(), 64) / 3);
        record Candidate(String name, int distance) {}
        return valid.stream()
                .filter(name -> Math.abs(name.length() - typed.length()) <= limit)
                .map(name -> new Candidate(name, distance(wanted, normal(name))))
                .filter(candidate -> candidate.distance <= limit)
                .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .map(Candidate::name);
    }

    /** A remedy that names the nearest of {@code valid}, or lists all of them when none is near. */
    static String hint(String typed, Collection<String> valid, String whatTheyAre) {
        Optional<String> nearest = to(typed, valid);
        if (nearest.isPresent()) {
            return "did you mean \"" + nearest.get() + "\"?";
        }
        return valid.isEmpty() ? "there are no " + whatTheyAre : whatTheyAre + " are: " + String.join(", ", valid);
    }

    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + replace);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
