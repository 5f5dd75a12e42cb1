package dev.fresnel.value;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A credential. Prints as {@code [secret]}, so that no log, error or record shows it; compares in constant time. */
public final class Secret {
    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The credential itself. Call it only where the credential leaves for the provider it belongs to. */
    public String reveal() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret
                && MessageDigest.isEqual(
                        text.getBytes(StandardCharsets.UTF_8), secret.text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
