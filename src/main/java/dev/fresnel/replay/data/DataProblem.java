package dev.fresnel.replay.data;

/** A data set that cannot be replayed: absent, or without a usable row. The message says what to do. No stack trace. */
public final class DataProblem extends RuntimeException {
    public DataProblem(String message) {
        super(message, null, false, false);
    }
}
