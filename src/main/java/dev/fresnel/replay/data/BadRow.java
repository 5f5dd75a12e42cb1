package dev.fresnel.replay.data;

/** A line that cannot be a row. Its message says what is wrong with it; the reader adds file and line. No stack trace. */
final class BadRow extends RuntimeException {
    BadRow(String message) {
        super(message, null, false, false);
    }
}
