package dev.fresnel.outcome;

import java.util.Locale;

/** What became of a {@link Feedback}. */
public enum FeedbackResult {
    /** The policy has learned it, in place of what was taken for the outcome before. */
    LEARNED,
    /** It says what was known already. */
    UNCHANGED,
    /** No decision of the learned policy waits for the outcome of that request: it was not the policy's, or it is too long ago. */
    NOT_LEARNING,
    /** The store is away: it will be learned, if there is such a decision, when the store is back. */
    QUEUED,
    /** The store is away, and as much waits for it as may: it will not be learned. */
    UNAVAILABLE,
    /** The tenant has given as many labels within the hour as may count. */
    OVER_LIMIT;

    /** The name in replies and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
