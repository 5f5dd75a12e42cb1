package dev.fresnel.savings;

/**
 * A conversation's part in the experiment, fixed by its first decision and never changed by what comes later (intention to treat).
 *
 * @param model the declared model that was asked for
 * @param side what the lot and the decision gave it
 * @param controlShare probability with which it was to be a control, 0.0 to below 1.0
 * @param directShare probability with which the requested model was to answer, by the lot or by the policy's own draw; at least {@code
 *     controlShare}, at most 1.0
 * @param expectedUsd what the first request was expected to cost with the requested model, in dollars, 0 or more: known before the lot, so it may be
 *     adjusted for
 */
public record Trial(String model, Side side, double controlShare, double directShare, double expectedUsd) {
    public Trial {
        if (!(controlShare >= 0 && controlShare < 1 && directShare >= controlShare && directShare <= 1)) {
            throw new IllegalArgumentException("no probabilities of a lot: " + controlShare + ", " + directShare);
        }
        // An estimate that is missing must not keep a conversation out: that would choose who is in the experiment.
        expectedUsd = Double.isFinite(expectedUsd) && expectedUsd > 0 ? expectedUsd : 0;
    }

    /** How a conversation came to its arm. */
    public enum Side {
        /** The lot sent it direct. */
        CONTROL,
        /** The learned policy itself drew the requested model. */
        DIRECT,
        /** A worker was chosen. */
        DELEGATED
    }

    public boolean isControl() {
        return side == Side.CONTROL;
    }
}
