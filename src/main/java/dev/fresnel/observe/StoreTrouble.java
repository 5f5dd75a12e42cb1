package dev.fresnel.observe;

import java.util.Locale;

/** What can be wrong with the store. */
public enum StoreTrouble {
    /** Its file was damaged and set aside. */
    QUARANTINED,
    /** Nothing is kept past this process. */
    NOT_WRITABLE,
    /** One entry was damaged. */
    VALUE_DISCARDED,
    /** Redis stopped answering. */
    AWAY,
    /** Redis answers again. */
    BACK;

    /** The name in events and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
