package dev.fresnel.outcome;

import dev.fresnel.policy.Evidence;
import dev.fresnel.policy.Landmark;

/**
 * Evidence to add to one cell of one arm.
 *
 * @param arm name, without spaces
 * @param cell what the evidence is about, in the learner's own words; at most {@value #MAX_CELL} characters
 * @param landmark that {@code evidence} is in units of
 */
public record ArmDelta(String arm, String cell, Landmark landmark, Evidence evidence) {
    static final int MAX_CELL = 500;

    public ArmDelta {
        if (arm.isEmpty() || arm.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("an arm's name has no spaces and is not empty: '" + arm + "'");
        }
        if (cell.length() > MAX_CELL) {
            throw new IllegalArgumentException("a cell's name has at most " + MAX_CELL + " characters");
        }
    }
}
