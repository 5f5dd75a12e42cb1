package dev.fresnel.observe;

import java.util.Locale;

/** What can be wrong with the store's file. */
public enum StoreTrouble {
    /** It was damaged and set aside. */
    QUARANTINED,
    /** Nothing is kept past this process. */
    NOT_WRITABLE,
    /** One entry was damaged. */
    VALUE_DISCARDED;

    /** The name in events and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
