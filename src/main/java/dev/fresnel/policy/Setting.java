package dev.fresnel.policy;

/**
 * Checks of {@link PolicySettings} and its parts. In a class of their own: were they in {@code PolicySettings}, a part that is loaded
 * first would load it in the middle of its own making, and leave {@code null} in {@link PolicySettings#DEFAULT}.
 */
final class Setting {
    private Setting() {}

    static void requireShare(double share, String what) {
        require(share >= 0 && share <= 1, what + " is 0.0 to 1.0", share);
    }

    static void requireDeviation(double deviation, String what) {
        require(deviation >= 0.001 && deviation <= 1, what + " is 0.001 to 1.0", deviation);
    }

    static void require(boolean holds, String rule, double value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": " + value);
        }
    }
}
