package dev.fresnel.chat;

/** What becomes of the usage chunk at the end of a stream. */
public enum UsageChunk {
    /** The client asked for it: it passes. */
    KEEP,
    /** The gateway asked for it ({@link UsageAsk#ASK}) and the client did not: it is taken out again. */
    DROP
}
