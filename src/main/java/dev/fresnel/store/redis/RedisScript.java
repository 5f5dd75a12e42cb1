package dev.fresnel.store.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script that Redis runs atomically. All keys of one call carry the same hash tag, so that a cluster runs it on one node.
 *
 * @param sha SHA-1 of the text in hex: Redis' name for it
 */
record RedisScript(String name, String text, String sha) {
    /** Reads {@code redis/NAME.lua} from the class path. */
    static RedisScript load(String name) {
        try (InputStream in = RedisScript.class.getResourceAsStream("/redis/" + name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("redis/" + name + ".lua is missing from the build");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            byte[] sum = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return new RedisScript(name, text, HexFormat.of().formatHex(sum));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
