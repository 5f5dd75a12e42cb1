package dev.fresnel.outcome;

/**
 * What one answer says about the arm that gave it. Three ways, because a provider's outage is not a bad model and silence is not
 * success.
 */
public sealed interface Outcome {
    /** Says something about quality. {@link ImplicitSignal#CLEAN} counts only when the horizon has passed. */
    record Rewarded(ImplicitSignal signal) implements Outcome {}

    /** Says nothing: the client left, or limited the answer itself. */
    record Ignored(String why) implements Outcome {}

    /** The arm did not get to answer: an outage, a refusal of the provider, a lens that could not be had. Reliability, not quality. */
    record Failed(String why) implements Outcome {}

    /**
     * Whether the client has an answer that the arm wrote, as a whole or in part. Nothing that is said of another's can be told of the
     * arm.
     */
    default boolean isArmsOwn() {
        return switch (this) {
            case Rewarded(ImplicitSignal signal) -> signal != ImplicitSignal.ESCALATED;
            case Ignored _ -> true;
            case Failed _ -> false;
        };
    }

    /** The name in metrics. */
    default String key() {
        return switch (this) {
            case Rewarded _ -> "rewarded";
            case Ignored _ -> "ignored";
            case Failed _ -> "failed";
        };
    }
}
