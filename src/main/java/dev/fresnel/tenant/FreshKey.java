package dev.fresnel.tenant;

import dev.fresnel.value.Secret;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** A key that was just made: 256 random bits behind {@value #PREFIX}. Shown once, kept nowhere. */
public record FreshKey(Secret key, KeyHash hash) {
    private static final String PREFIX = "fk-";
    private static final int BYTES = 32;

    /** @param random of cryptographic strength */
    public static FreshKey make(RandomGenerator random) {
        byte[] bits = new byte[BYTES];
        random.nextBytes(bits);
        String key = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        return new FreshKey(new Secret(key), KeyHash.of(key));
    }

    /** Whether a credential was made so: it is then no provider's, even where no tenant has it. */
    static boolean isOne(String credential) {
        return credential.startsWith(PREFIX);
    }
}
