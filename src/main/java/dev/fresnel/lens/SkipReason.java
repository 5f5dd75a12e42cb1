package dev.fresnel.lens;

import java.util.Locale;

/** Why a request gets no lens now. */
public enum SkipReason {
    /** One is being written behind the request; a later one will have it. */
    BUILDING,
    /** The request waited as long as its policy allows; the writing goes on. */
    DEADLINE,
    /** Too many lenses are being written already, for the tenant or in total. */
    BUSY,
    /** The smart model's upstream asked for a pause, or failed just now. */
    BACKING_OFF,
    /** The writing this request waited for failed. */
    FAILED,
    /** Writing it failed a short while ago and is not tried again yet. */
    FAILED_RECENTLY,
    /** Answers were worse with every version that was written: the key is left alone. */
    RETIRED,
    /** None is kept, and the caller asked for kept ones only. */
    NOT_CACHED;

    /** The name in headers, events and metrics. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
