package dev.fresnel.upstream;

/** How capable and dear a model is, in three steps (the vocabulary of hermes-agent #7929). */
public enum Tier {
    SMALL,
    MEDIUM,
    LARGE,
    UNKNOWN;

    /** The name in config, events and {@code GET /v1/models}. */
    public String key() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
