package dev.fresnel.delegation;

import dev.fresnel.upstream.Model;
import java.util.Optional;

/**
 * How a delegated request comes by its lens.
 *
 * @param smart writes the lens if there is none
 * @param timing whether the request waits for a lens that is not there
 * @param pinned the version the conversation started with, and must keep; empty for a new conversation
 */
public record LensOrder(Model smart, Timing timing, Optional<String> pinned) {
    /** What happens when the lens is not cached. */
    public enum Timing {
        /** The request waits while it is written: this one request is expected to repay it. */
        INLINE,
        /** It is written for later requests; this one goes direct. */
        BACKGROUND,
        /** It is not written yet: what was missed without it does not reach its price. This request goes direct, and counts. */
        NOT_DUE,
        /** It is not written; this request goes direct. */
        CACHED_ONLY
    }
}
