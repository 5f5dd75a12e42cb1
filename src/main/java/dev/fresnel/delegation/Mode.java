package dev.fresnel.delegation;

import java.util.Locale;

/** What a route does with its requests. */
public enum Mode {
    /** Bytes pass; nothing is estimated, decided or learned. */
    OFF,
    /** Decide by the rules and log, always send direct. */
    SHADOW,
    /** Decide by the learned policy and log, always send direct: what it would do, and what direct is worth, without a risk. */
    SHADOW_ADAPTIVE,
    /** RFC-137's any-of rules. */
    RULES,
    /** The learned policy. */
    ADAPTIVE;

    /** Whether the decision is only told. */
    public boolean isShadow() {
        return switch (this) {
            case SHADOW, SHADOW_ADAPTIVE -> true;
            case OFF, RULES, ADAPTIVE -> false;
        };
    }

    /** Whether the learned policy decides. */
    public boolean isLearned() {
        return switch (this) {
            case ADAPTIVE, SHADOW_ADAPTIVE -> true;
            case OFF, SHADOW, RULES -> false;
        };
    }

    /** The name in config, headers and events. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
