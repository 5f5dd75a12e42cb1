package dev.fresnel.outcome;

import java.time.Duration;

/**
 * How long and how much the learner waits for.
 *
 * @param horizon after an answer: no bad sign until then counts, weakly, as good
 * @param labels after a decision: how long feedback is still taken
 * @param retry after an answer: the same request again within it is a sign that the answer was no good
 * @param open decisions waiting for outcomes at most; the oldest are given up first
 * @param labelsPerHour feedback that counts, per tenant, so that no caller can move the policy at will
 * @param weights of what is seen rather than told
 */
public record OutcomeSettings(
        Duration horizon, Duration labels, Duration retry, int open, int labelsPerHour, SignalWeights weights) {
    public static final OutcomeSettings DEFAULT =
            new OutcomeSettings(Duration.ofMinutes(10), Duration.ofHours(24), Duration.ofSeconds(60), 100_000, 3600);

    /** With the signals' own weights. */
    public OutcomeSettings(Duration horizon, Duration labels, Duration retry, int open, int labelsPerHour) {
        this(horizon, labels, retry, open, labelsPerHour, SignalWeights.DEFAULT);
    }
}
