package dev.fresnel.lens;

/** How long a request is ready to wait for a lens that is not kept. */
public enum Wait {
    /** Until it is written, at most the policy's deadline. */
    INLINE,
    /** Not for the writing, which starts behind the request. */
    BACKGROUND,
    /** Not at all, and nothing is written. */
    CACHED_ONLY
}
