package dev.fresnel.estimate;

import dev.fresnel.value.TenantId;

/**
 * What one request shows of the length of its answer: the guess by its words, and numbers to learn from. It holds hashes of words and no
 * text, so that an exchange may keep it until its answer is measured. Made by {@link LearnedLength#read}; immutable.
 */
public final class LengthReading {
    private final TenantId tenant;
    private final OutputLength.Guess guess;
    private final SparseVector features;
    private final History.Key application;
    private final History.Key task;
    private final long cap;
    private final int choices;

    /**
     * @param guess by the words alone, for one choice
     * @param application the system text and tools it came with
     * @param task the same together with what the last user message says
     * @param cap tokens that the client allows one choice
     * @param choices answers asked for, 1 or more
     */
    LengthReading(
            TenantId tenant,
            OutputLength.Guess guess,
            SparseVector features,
            History.Key application,
            History.Key task,
            long cap,
            int choices) {
        this.tenant = tenant;
        this.guess = guess;
        this.features = features;
        this.application = application;
        this.task = task;
        this.cap = cap;
        this.choices = choices;
    }

    TenantId tenant() {
        return tenant;
    }

    OutputLength.Guess guess() {
        return guess;
    }

    SparseVector features() {
        return features;
    }

    History.Key application() {
        return application;
    }

    History.Key task() {
        return task;
    }

    long cap() {
        return cap;
    }

    int choices() {
        return choices;
    }

    /** Sizes only: this may end up in a log. */
    @Override
    public String toString() {
        return "LengthReading[" + tenant + ", " + features.size() + " features]";
    }
}
