package dev.fresnel.tenant;

import java.util.Locale;

/** A part of the API that a key may use. */
public enum Scope {
    /** {@code POST /v1/chat/completions}. */
    CHAT,
    /** {@code /v1/models}. */
    MODELS,
    /** {@code /v1/feedback}. */
    FEEDBACK,
    /** Every other path below {@code /v1}, relayed to the tenant's upstream. */
    PASS_THROUGH;

    /** The name in configs, stores and messages. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
