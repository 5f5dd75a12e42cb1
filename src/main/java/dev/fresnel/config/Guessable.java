package dev.fresnel.config;

import java.util.Optional;

/** Whether a key can be found by trying. */
final class Guessable {
    /** Of letters and digits at random as many as nobody can try. */
    static final int LEAST_CHARS = 20;

    private static final int LEAST_DIFFERENT = 8;

    private Guessable() {}

    /** Why {@code key} can be guessed, as what follows its path in a message; empty: it looks as if it could not. */
    static Optional<String> why(String key) {
        if (key.length() < LEAST_CHARS) {
            return Optional.of("is shorter than " + LEAST_CHARS + " characters and can be guessed");
        }
        return key.chars().distinct().count() < LEAST_DIFFERENT
                ? Optional.of("is made of fewer than " + LEAST_DIFFERENT + " different characters and can be guessed")
                : Optional.empty();
    }
}
