package dev.fresnel.replay.data;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What one arm did with one recorded request.
 *
 * @param quality 0.0 (useless) to 1.0 (right)
 * @param costUsd dollars paid for the call, 0 or more; a nominal charge where the data set says so in its note
 * @param latencyMs milliseconds to the whole answer, where recorded
 * @param tokens input plus output tokens, where recorded
 */
public record ArmOutcome(double quality, double costUsd, OptionalDouble latencyMs, OptionalLong tokens) {
    public ArmOutcome {
        if (!(quality >= 0 && quality <= 1)) {
            throw new BadRow("quality is from 0 to 1, not " + quality);
        }
        if (!(costUsd >= 0 && costUsd < Double.POSITIVE_INFINITY)) {
            throw new BadRow("cost is 0 or more dollars, not " + costUsd);
        }
    }

    /** An outcome of which neither time nor tokens were recorded. */
    public static ArmOutcome of(double quality, double costUsd) {
        return new ArmOutcome(quality, costUsd, OptionalDouble.empty(), OptionalLong.empty());
    }
}
