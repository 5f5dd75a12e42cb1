package dev.fresnel.exchange;

import java.util.Locale;

/** What became of a worker's answer that was no good. */
public enum Remedy {
    /** It was mended, and went to the client. */
    REPAIRED,
    /** The worker's second answer went to the client. */
    RETRIED,
    /** The requested model's answer went to the client. */
    ESCALATED,
    /** It went to the client as it was. */
    NONE;

    /** The name in events and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reasons that a reply gives beside those of its decision. */
    enum Told {
        /** The worker's answer was not what the request demanded. */
        ANSWER_INVALID,
        ANSWER_EMPTY,
        ANSWER_REFUSED,
        /** Mended. */
        REPAIRED,
        /** The worker was asked once more. */
        RETRIED,
        /** The requested model answered in the end. */
        ESCALATED,
        /** It would have had to, and gave no answer: the worker's was passed on after all. */
        ESCALATION_FAILED,
        /** The budget does not pay for another answer. */
        ESCALATION_OVER_BUDGET,
        /** Another answer is not expected to be worth its price. */
        ESCALATION_NOT_WORTH_IT;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
