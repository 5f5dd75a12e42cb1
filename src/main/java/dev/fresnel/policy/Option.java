package dev.fresnel.policy;

/**
 * An arm that could answer this request.
 *
 * @param cost expected US dollars of this request on this arm; a number that is not finite, or negative, makes the arm impossible,
 *     never free
 * @param penalty what else the arm costs, in units of quality (0.0 to 1.0), such as a share for being slower than the objective
 * @param exploring whether the arm may also be played only to learn about it
 */
public record Option(Arm arm, double cost, double penalty, Exploring exploring) {
    /** Whether an arm takes part in exploration. */
    public enum Exploring {
        ALLOWED,
        /** Played when it wins, never for the floor's sake. */
        FORBIDDEN
    }

    /** An explorable arm without a penalty. */
    public static Option of(Arm arm, double cost) {
        return new Option(arm, cost, 0, Exploring.ALLOWED);
    }

    public Option penalised(double penalty) {
        return new Option(arm, cost, penalty, exploring);
    }

    public Option withoutExploring() {
        return new Option(arm, cost, penalty, Exploring.FORBIDDEN);
    }

    boolean isPossible() {
        return cost >= 0 && cost < Double.POSITIVE_INFINITY && Double.isFinite(penalty);
    }
}
