package dev.fresnel.upstream;

import java.util.Locale;

/** What a call to an upstream is for. */
public enum CallPurpose {
    /** The model that the client asked for answers. */
    REQUESTED,
    /** A worker answers in its place. */
    WORKER,
    /** A model of a worker's fallback chain answers. */
    FALLBACK,
    /** A path other than chat, whatever it does. */
    PASS_THROUGH,
    /** A smart model writes a lens. */
    LENS,
    /** A small model names the kind of a task. */
    CLASSIFIER,
    /** A model grades an answer. */
    JUDGE;

    /** The name in traces. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
