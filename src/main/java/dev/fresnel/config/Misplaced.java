package dev.fresnel.config;

import java.util.regex.Pattern;

/** Tells text that may be a secret in the wrong place, so that no message repeats it: a key where a name belongs, a URL with a password. */
final class Misplaced {
    /** So long a run of letters and digits is no word that somebody misspelt. */
    private static final Pattern RANDOM_LOOKING =
            Pattern.compile("(?=[A-Za-z_\\-]*[0-9])(?=[0-9_\\-]*[A-Za-z])[A-Za-z0-9_\\-]{20,}");

    private static final int SHOWN = 4;

    private Misplaced() {}

    static boolean maybeSecret(String text) {
        return text.contains("@")
                || text.regionMatches(true, 0, "Bearer ", 0, 7)
                || RANDOM_LOOKING.matcher(text).find();
    }

    /** A key of a file as a message may name it: cut off where it may be a secret. */
    static String shown(String name) {
        return maybeSecret(name) ? name.substring(0, Math.min(SHOWN, name.length())) + "..." : name;
    }
}
