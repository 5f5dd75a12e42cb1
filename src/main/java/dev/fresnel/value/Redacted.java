package dev.fresnel.value;

/**
 * Client text that must not be shown: its length and a short hash, enough to see that two texts are the same.
 *
 * @param length characters of the hidden text
 * @param hash first 16 hex digits of its {@link Fingerprint}
 */
public record Redacted(int length, String hash) {
    public static Redacted of(String text) {
        return of(text.length(), Fingerprint.of(text));
    }

    /** {@link #of(String)} for who has the text's fingerprint already. */
    public static Redacted of(int length, Fingerprint fingerprint) {
        return new Redacted(length, fingerprint.shortForm());
    }

    @Override
    public String toString() {
        return "[redacted length=" + length + " hash=" + hash + "]";
    }
}
