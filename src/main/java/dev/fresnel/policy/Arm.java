package dev.fresnel.policy;

/**
 * One choice: the requested model itself, or a named worker profile.
 *
 * @param name {@code direct}, or the worker's key in config
 */
public record Arm(String name) {
    /** The requested model answers, with the client's original bytes. Always available. */
    public static final Arm DIRECT = new Arm("direct");

    public boolean isDirect() {
        return equals(DIRECT);
    }

    @Override
    public String toString() {
        return name;
    }
}
