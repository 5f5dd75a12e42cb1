package dev.fresnel.lens;

/** Sizes nothing in a lens may pass. Bytes are of UTF-8, so that no script gets more tokens than another. */
final class LensLimits {
    static final int SCOPE_CHARS = 200;
    static final int SCOPE_BYTES = 240;
    static final int ITEM_CHARS = 400;
    static final int ITEM_BYTES = 600;
    /** Longer snippets are dropped: half an example teaches half a habit. */
    static final int EXAMPLE_BYTES = 1_500;
    /** Longest answer looked at; a writer is capped at a few thousand tokens, so more is a broken upstream. */
    static final int ANSWER_CHARS = 65_536;

    private LensLimits() {}
}
