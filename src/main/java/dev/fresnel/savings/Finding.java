package dev.fresnel.savings;

import java.util.Optional;

/**
 * One number of the statement, and what it is worth.
 *
 * @param range empty where nothing can be estimated; there may be one that is too wide to be {@link Evidence#ENOUGH}
 * @param why in words, empty with enough evidence
 */
public record Finding(Evidence evidence, Optional<Range> range, String why) {
    static Finding enough(Range range) {
        return new Finding(Evidence.ENOUGH, Optional.of(range), "");
    }

    static Finding notEnough(Optional<Range> range, String why) {
        return new Finding(Evidence.NOT_ENOUGH, range, why);
    }

    static Finding noControls() {
        return new Finding(
                Evidence.NO_CONTROLS,
                Optional.empty(),
                "control-share is 0, so no conversation is sent direct to compare with; set it on routes that delegate, 0.02 or more");
    }

    static Finding nothingDelegable(Range range) {
        return new Finding(Evidence.NOTHING_DELEGABLE, Optional.of(range), "no conversation was delegable");
    }

    /** The same evidence for a number that follows from this one. */
    Finding with(Optional<Range> other) {
        return new Finding(evidence, other, why);
    }
}
