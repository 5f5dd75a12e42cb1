package dev.fresnel.seed;

/** A line that is no row, and why. */
final class BadSeedRow extends RuntimeException {
    BadSeedRow(String reason) {
        super(reason, null, false, false);
    }

    /** Why, in a sentence. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
