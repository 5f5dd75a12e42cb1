package dev.fresnel.judge;

import java.util.Locale;

/** What became of an answer that was drawn to be judged. */
public enum Judgement {
    /** It has a score, and the learner knows. */
    SCORED,
    /** No score could be read out of what the judge wrote. */
    UNUSABLE,
    /** The judge gave no answer. */
    FAILED,
    /** The day's money for judging is spent, or the tenant's own. */
    OVER_BUDGET,
    /** As many are judged as may be at once. */
    BUSY,
    /** The answer could not be read, or is too long. */
    NOT_READ;

    /** The name in metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
