package dev.fresnel.delegation;

import java.util.Locale;

/** What a route does with its requests. */
public enum Mode {
    /** Bytes pass; nothing is estimated, decided or learned. */
    OFF,
    /** Decide and log, always send direct. */
    SHADOW,
    /** RFC-137's any-of rules. */
    RULES,
    /** The learned policy. */
    ADAPTIVE;

    /** The name in config, headers and events. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
