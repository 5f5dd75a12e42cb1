package dev.fresnel.budget;

/** What a budget that runs low means for decisions. */
public enum OnLow {
    /** Nothing: requests are decided as ever, until one is refused. */
    IGNORE,
    /** Cheaper arms answer, where the route decides by rules or by the learned policy. */
    PREFER_CHEAP
}
