package dev.fresnel.outcome;

/** What a signal changed. */
public sealed interface Revision {
    /** No decision of that id awaits an outcome: never made, or too long ago. */
    record Unknown() implements Revision {}

    /** More sources than a decision takes: nothing changed. */
    record Refused() implements Revision {}

    /** The verdict on {@code decision} went from {@code before} to {@code after}; they may be equal. */
    record Revised(AwaitedDecision decision, Verdict before, Verdict after) implements Revision {}
}
