package dev.fresnel.lens;

import java.util.Locale;

/** Why a lens could not be written. */
public enum LensFailure {
    /** Refused connection, or a status other than 200 and 429. */
    UPSTREAM_UNAVAILABLE,
    /** 429 from the smart model's upstream. */
    RATE_LIMITED,
    /** No answer within the policy's deadline. */
    TIMEOUT,
    /** An answer came, no lens was in it, nor in the repaired one. */
    UNUSABLE_ANSWER,
    /** The operator gave it up. */
    CANCELLED,
    /** Our bug. */
    INTERNAL;

    /** The name in events and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
