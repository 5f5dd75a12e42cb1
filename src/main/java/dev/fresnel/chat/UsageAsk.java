package dev.fresnel.chat;

/** Whether a rewrite asks the upstream to report usage in a stream. */
public enum UsageAsk {
    /** Leave {@code stream_options} as the client wrote it. */
    KEEP,
    /** Make the upstream send a usage chunk; no effect unless the request streams. The relay then takes the chunk out again. */
    ASK
}
