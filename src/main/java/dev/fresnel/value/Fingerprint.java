package dev.fresnel.value;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over length-prefixed parts, as lower-case hex. The length prefix keeps {@code ("a", "bc")} and {@code ("ab", "c")}
 * apart, so no choice of tenant or text can forge the key of another.
 *
 * @param hex 64 hex digits
 */
public record Fingerprint(String hex) {
    /** The first 16 hex digits: short enough to read, used for display only, never as a key. */
    public String shortForm() {
        return hex.substring(0, 16);
    }

    @Override
    public String toString() {
        return hex;
    }

    public static Builder builder() {
        return new Builder();
    }

    public static Fingerprint of(String... parts) {
        Builder builder = builder();
        for (String part : parts) {
            builder.add(part);
        }
        return builder.build();
    }

    /** Collects parts in order. Not thread-safe; used once. */
    public static final class Builder {
        private final MessageDigest digest;

        private Builder() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        @CanIgnoreReturnValue
        public Builder add(String part) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            return add(bytes, 0, bytes.length);
        }

        @CanIgnoreReturnValue
        public Builder add(byte[] bytes, int offset, int length) {
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
            digest.update(bytes, offset, length);
            return this;
        }

        public Fingerprint build() {
            return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
        }
    }
}
