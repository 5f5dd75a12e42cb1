package dev.fresnel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Secrets that were planted where secrets belong, and the search for them elsewhere: as they are, encoded, and as a hash. Used by one thread. */
final class Canaries implements AutoCloseable {
    private final Map<String, String> planted = new LinkedHashMap<>();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final Handler ear = new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord entry) {
            // With its stack trace, whose causes have words of their own.
            said.add(formatter.format(entry));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    /** Listens to all that the JVM logs until it is closed. */
    Canaries() {
        Logger.getLogger("").addHandler(ear);
    }

    /** A secret of that kind: letters and digits, as keys are. */
    String plant(String kind) {
        String secret = "sk-canary-" + kind + "-5f1e9c02d7";
        planted.put(kind, secret);
        return secret;
    }

    /** A key that the gateway issued: 256 random bits, of which stores have the hash. */
    String issued(String secret) {
        planted.put("issued", secret);
        return secret;
    }

    String logged() {
        return String.join("\n", List.copyOf(said));
    }

    /** @param seen everything that left, by where */
    void areInNoneOf(Map<String, String> seen) {
        assertThat(seen).isNotEmpty();
        Map<String, String> all = new LinkedHashMap<>(seen);
        all.put("what the JVM logs", logged());
        planted.forEach((kind, secret) -> {
            for (String form : kind.equals("issued") ? List.of(secret) : forms(secret)) {
                all.forEach((where, text) -> assertThat(text.contains(form))
                        .as("the canary '%s' as '%s' in %s: %s", kind, form, where, text)
                        .isFalse());
            }
        });
    }

    private static List<String> forms(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        List<String> forms = new ArrayList<>(List.of(
                secret,
                URLEncoder.encode(secret, StandardCharsets.UTF_8),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().formatHex(sha256(bytes)),
                Base64.getEncoder().withoutPadding().encodeToString(sha256(bytes))));
        for (int before = 0; before < 3; before++) {
            // In the middle of other text, as a password is in "user:password": without the first and last letters,
            // which others share.
            byte[] shifted = new byte[before + bytes.length];
            Arrays.fill(shifted, 0, before, (byte) 'x');
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            forms.add(encoded.substring(before == 0 ? 0 : 4, encoded.length() - 2));
        }
        return forms;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        Logger.getLogger("").removeHandler(ear);
    }
}
