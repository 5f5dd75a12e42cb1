package dev.fresnel.outcome;

import java.util.Locale;

/**
 * Something a gateway can see that says how good an answer was, without being told. Weak evidence: the weight is the reliability of
 * the signal, and all of them together weigh less than one label.
 */
public enum ImplicitSignal {
    /** No text and no tool call. */
    EMPTY(0, 1),
    /** Not what the request demanded: no JSON, JSON that breaks its schema, or a call of a tool that is none. */
    INVALID(0, 1),
    /** The model refused, or its provider's filter cut in. */
    REFUSED(0, 0.7),
    /** Cut at a limit that the client did not set. */
    TRUNCATED(0, 0.6),
    /** The client took the question to the model it had asked for first, or the gateway did before the client saw the answer. */
    ESCALATED(0, 1),
    /** The conversation's next question is nearly the same one, in other words. */
    REASKED(0, 0.3),
    /** A tool that the answer called reports an error. */
    TOOL_ERROR(0, 0.3),
    /** The very same request came again soon after its answer. */
    RETRIED(0, 0.5),
    /** A whole answer, and nothing bad heard of it until the horizon. */
    CLEAN(1, 0.15);

    private final double reward;
    private final double weight;

    ImplicitSignal(double reward, double weight) {
        this.reward = reward;
        this.weight = weight;
    }

    /** {@code y}: 0.0 or 1.0. */
    public double reward() {
        return reward;
    }

    /** {@code w} unless configured otherwise ({@link SignalWeights}): above 0.0, at most 1.0. */
    public double weight() {
        return weight;
    }

    /** The name in logs and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
