package dev.fresnel.lens;

import dev.fresnel.value.Usd;

/** What {@link LensShelf} has for a request. */
public sealed interface LensResult {
    /** A kept lens. */
    record Hit(Lens lens, LensId id, Freshness freshness) implements LensResult {}

    /** A lens written while the request waited. */
    record Built(Lens lens, LensId id, Role role) implements LensResult {}

    /**
     * No lens now; the request is better sent direct.
     *
     * @param spent on a writing that this request started and that failed; zero for everybody else
     */
    record Skipped(SkipReason reason, Usd spent) implements LensResult {
        public Skipped(SkipReason reason) {
            this(reason, Usd.ZERO);
        }
    }

    enum Freshness {
        FRESH,
        /** Past its time; a new one is being written. */
        STALE
    }

    /** Whose request a writing was started for: that one pays for it. */
    enum Role {
        STARTED,
        JOINED
    }
}
