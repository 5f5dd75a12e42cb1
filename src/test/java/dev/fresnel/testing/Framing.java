package dev.fresnel.testing;

/** How a scripted reply's body is delimited. */
public enum Framing {
    /** {@code transfer-encoding: chunked}; added to the head. */
    CHUNKED,
    /** By a {@code content-length} that the script put into the head, true or not. */
    LENGTH,
    /** By closing the connection; {@code connection: close} is added to the head. */
    UNTIL_CLOSE,
    /** No body. */
    NONE
}
