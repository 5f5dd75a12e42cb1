package dev.fresnel.lens;

/** What came of an operator's order about one lens. */
public sealed interface LensChange {
    /** @param id the version that is there now */
    record Made(LensId id) implements LensChange {}

    /** There is no lens under the key. */
    record Absent() implements LensChange {}

    /** It is so already. */
    record Same(LensId id) implements LensChange {}

    /**
     * The version that the order was about is not the one that is there.
     *
     * @param id which is
     */
    record Another(LensId id) implements LensChange {}

    /** The lens is being written now, here or at another replica. */
    record BeingWritten() implements LensChange {}
}
