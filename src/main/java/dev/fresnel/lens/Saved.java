package dev.fresnel.lens;

/** What became of a lens handed to a store. */
public enum Saved {
    KEPT,
    /** The claim it was written under is over, so another replica may have written a later one: not kept. */
    REFUSED
}
