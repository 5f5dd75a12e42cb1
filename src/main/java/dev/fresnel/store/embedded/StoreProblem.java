package dev.fresnel.store.embedded;

/** Something that went wrong with the embedded store and that it lived through. For logs and counters; safe to show an operator. */
public sealed interface StoreProblem {
    /** What happened and what it means. */
    String message();

    /** The file could not be read; it was renamed to {@code quarantine} and an empty one started. */
    record Quarantined(String message, String quarantine) implements StoreProblem {}

    /** The file cannot be written, from the start or from now on. Reads and writes go on in memory and end with the process. */
    record NotWritable(String message) implements StoreProblem {}

    /** One value could not be trusted and was deleted. */
    record ValueDiscarded(String message) implements StoreProblem {}
}
