package dev.fresnel.exchange;

import dev.fresnel.lens.SkipReason;
import java.util.Locale;
import java.util.Optional;

/**
 * What can make the gateway give an optimisation up and serve the request all the same. Beside these there is
 * {@code fallback_status_NNN}, with the status of the worker's reply.
 */
public enum BypassReason {
    /** The request could not be read. */
    UNREADABLE,
    /** Estimating or deciding failed. */
    FAIL_SAFE,
    /** Putting the lens into the request failed. */
    REWRITE_FAILED,
    /** The lens was not ready within its deadline. */
    LENS_DEADLINE,
    /** Too many lenses are being written. */
    LENS_BUSY,
    /** The smart model's upstream asked for a pause, or failed just now. */
    LENS_BACKING_OFF,
    /** Writing the lens failed. */
    LENS_FAILED,
    /** Writing it failed a short while ago. */
    LENS_FAILED_RECENTLY,
    /** Our bug on the way to a lens. */
    LENS_INTERNAL,
    /** The worker's upstream could not be reached, or sent no reply. */
    FALLBACK_UNAVAILABLE,
    /** It did not answer in time. */
    FALLBACK_TIMEOUT,
    /** Its reply broke off before its first event. */
    FALLBACK_BROKEN,
    /** Its pool and queue were full. */
    FALLBACK_POOL_FULL,
    /** Its stream began with an error. */
    FALLBACK_ERROR_EVENT,
    /** Its stream ended without a word. */
    FALLBACK_EMPTY_STREAM,
    /** What is left of the tenant's budget does not pay for the next model. */
    FALLBACK_OVER_BUDGET;

    /** The name in headers, events, metrics and logs. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty where having no lens is the usual course: one is being written, only kept ones were asked for, or none helps. */
    static Optional<BypassReason> of(SkipReason reason) {
        return switch (reason) {
            case BUILDING, NOT_CACHED, RETIRED -> Optional.empty();
            case DEADLINE -> Optional.of(LENS_DEADLINE);
            case BUSY -> Optional.of(LENS_BUSY);
            case BACKING_OFF -> Optional.of(LENS_BACKING_OFF);
            case FAILED -> Optional.of(LENS_FAILED);
            case FAILED_RECENTLY -> Optional.of(LENS_FAILED_RECENTLY);
        };
    }
}
