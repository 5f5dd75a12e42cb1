package dev.fresnel.replay.log;

/** A line that is no decision. Its message names the field; the reader adds the line number. No stack trace. */
final class BadLogRow extends RuntimeException {
    BadLogRow(String message) {
        super(message, null, false, false);
    }
}
