package dev.fresnel.replay.proof;

import dev.fresnel.replay.Trace;
import dev.fresnel.replay.Traffic;

/** How often the chosen arm was the one that is best for its task at that time. */
final class Right {
    private Right() {}

    static boolean at(Traffic traffic, Trace trace, int step) {
        return trace.arm(step) == traffic.bestArm(step);
    }

    /** Share of right choices from {@code from} until before {@code to}. */
    static double share(Traffic traffic, Trace trace, int from, int to) {
        int right = 0;
        for (int step = from; step < to; step++) {
            right += at(traffic, trace, step) ? 1 : 0;
        }
        return (double) right / (to - from);
    }

    /**
     * Requests after {@code from} until {@code share} of the last {@code window} choices were right, the window filling up from
     * {@code from}; {@code to - from} when that never happens.
     */
    static int requestsUntil(double share, Traffic traffic, Trace trace, int from, int to, int window) {
        int right = 0;
        for (int step = from; step < to; step++) {
            right += at(traffic, trace, step) ? 1 : 0;
            if (step - from >= window) {
                right -= at(traffic, trace, step - window) ? 1 : 0;
            }
            if (step - from + 1 >= window && right >= share * window) {
                return step - from + 1;
            }
        }
        return to - from;
    }
}
