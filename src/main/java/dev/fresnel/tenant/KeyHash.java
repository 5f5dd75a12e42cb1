package dev.fresnel.tenant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A tenant's key as its SHA-256 hash, which is all that the gateway keeps of it. Written as {@code sha256:} and 64 hex digits, so that a
 * config need not hold the key. Immutable; compares in constant time; prints as {@code [secret]}, since a weak key could be guessed from its
 * hash.
 */
public final class KeyHash {
    /** What a written hash begins with. */
    public static final String PREFIX = "sha256:";

    private static final int ID_DIGITS = 12;
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");

    private final byte[] hash;

    private KeyHash(byte[] hash) {
        this.hash = hash;
    }

    /** The hash of a key. */
    public static KeyHash of(String key) {
        return new KeyHash(sha256(key));
    }

    /** A written hash; empty when {@code text} is none. */
    public static Optional<KeyHash> parse(String text) {
        return text.startsWith(PREFIX)
                        && HEX.matcher(text.substring(PREFIX.length())).matches()
                ? Optional.of(new KeyHash(HexFormat.of().parseHex(text.substring(PREFIX.length()))))
                : Optional.empty();
    }

    /** As a config has it. */
    public String written() {
        return PREFIX + HexFormat.of().formatHex(hash);
    }

    /** Names the key for people: the first {@value #ID_DIGITS} hex digits of its hash. */
    public String id() {
        return HexFormat.of().formatHex(hash).substring(0, ID_DIGITS);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyHash key && MessageDigest.isEqual(hash, key.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
