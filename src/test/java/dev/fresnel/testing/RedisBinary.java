package dev.fresnel.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/** The {@code redis-server} executable that a test artifact ships, unpacked once per JVM. */
final class RedisBinary {
    private RedisBinary() {}

    private static final class Unpacked {
        static final Path FILE = unpack();
    }

    static Path path() {
        return Unpacked.FILE;
    }

    private static Path unpack() {
        String name = resource();
        try (InputStream in = RedisBinary.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new AssertionError("no " + name + " on the class path: is embedded-redis a test dependency?");
            }
            Path file = Files.createTempFile("redis-server-", "");
            file.toFile().deleteOnExit();
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            if (!file.toFile().setExecutable(true)) {
                throw new AssertionError(file + " cannot be made executable: is the temporary directory noexec?");
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String resource() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        if (os.contains("linux")) {
            return arm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
        }
        if (os.contains("mac")) {
            return arm ? "redis-server-6.2.6-v5-darwin-arm64" : "redis-server-6.2.6-v5-darwin-amd64";
        }
        throw new AssertionError("no redis-server for " + os + ": run the tests on Linux or macOS");
    }
}
