package dev.fresnel.budget;

/** What a budget means while the store that replicas share does not answer. */
public enum OnStoreLoss {
    /** Go on by what was known last: all replicas together may spend more than the limit. */
    ALLOW,
    /** Refuse whatever costs money. */
    DENY,
    /** Go on with the share that this replica holds, as long as it is its own; then refuse. Never more than the limit. */
    LOCAL_SHARE
}
