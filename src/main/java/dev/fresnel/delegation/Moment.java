package dev.fresnel.delegation;

import java.time.Instant;

/**
 * When a decision is made, and the one number its chance comes from.
 *
 * @param chance evenly distributed, 0.0 to below 1.0
 */
public record Moment(Instant now, double chance) {
    /** For decisions that are only explained, always the same. */
    public static Moment of(Instant now) {
        return new Moment(now, 0);
    }
}
