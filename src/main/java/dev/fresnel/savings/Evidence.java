package dev.fresnel.savings;

import java.util.Locale;

/** Whether a number of the statement may be relied on. */
public enum Evidence {
    /** The interval holds the truth 95 times in 100, and is narrow enough to say something. */
    ENOUGH,
    /** Too few controls, an interval too wide, or requests without a price. */
    NOT_ENOUGH,
    /** Nothing is compared: no conversation is sent direct by lot, so there will never be more evidence. */
    NO_CONTROLS,
    /** No conversation was delegable: nothing was saved, and nothing is estimated. */
    NOTHING_DELEGABLE;

    /** The name in reports. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
