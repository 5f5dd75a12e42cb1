package dev.fresnel.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows the references a value may be: {@code ${NAME}} and {@code ${NAME:-default}} anywhere, {@code file:/path} for secrets.
 * Only a whole value is a reference, so that no text is put together from parts nobody sees.
 */
final class References {
    private static final Pattern ENV = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?}");
    private static final String FILE = "file:";
    private static final long MAX_SECRET_BYTES = 65_536;

    private final Map<String, String> env;
    private final Path directory;
    private final Set<Path> files = new LinkedHashSet<>();

    /** @param directory what relative {@code file:} paths start from: the config file's own */
    References(Map<String, String> env, Path directory) {
        this.env = Map.copyOf(env);
        this.directory = directory;
    }

    /** Where a value came from. Only a literal may be repeated in a message. */
    enum Origin {
        LITERAL,
        ENVIRONMENT,
        FILE
    }

    record Resolved(String text, Origin origin) {}

    /** Files that were followed so far, whether or not they could be read. */
    Set<Path> files() {
        return Set.copyOf(files);
    }

    static boolean isEnvironment(String text) {
        return ENV.matcher(text).matches();
    }

    Resolved resolve(String written, ScalarType<?> type) throws BadValue {
        Matcher reference = ENV.matcher(written);
        if (reference.matches()) {
            String value = env.get(reference.group(1));
            if (value != null && !value.isEmpty()) {
                return new Resolved(value, Origin.ENVIRONMENT);
            }
            String fallback = reference.group(2);
            if (fallback == null) {
                throw new BadValue(
                        "needs the environment variable " + reference.group(1) + ", which is not set",
                        type.isSecret()
                                ? "set it, keep the secret in a file and write file:PATH, or write ${"
                                        + reference.group(1) + ":-} to do without"
                                : "set it, or write ${" + reference.group(1) + ":-default}");
            }
            return file(new Resolved(fallback, Origin.LITERAL), type);
        }
        if (written.contains("${")) {
            throw new BadValue(
                    "must be a whole ${NAME} or ${NAME:-default} to read the environment, not a part of a value",
                    "put the whole value into the variable");
        }
        return file(new Resolved(written, Origin.LITERAL), type);
    }

    private Resolved file(Resolved literal, ScalarType<?> type) throws BadValue {
        if (!type.isSecret() || !literal.text.startsWith(FILE)) {
            return literal;
        }
        String name = literal.text.substring(FILE.length());
        try {
            Path path = directory.resolve(Path.of(name));
            files.add(path);
            if (!Files.isRegularFile(path)) {
                throw new BadValue(
                        "needs the file " + name + ", which does not exist", "create it or correct the path");
            }
            if (Files.size(path) > MAX_SECRET_BYTES) {
                throw new BadValue("needs a file of at most " + MAX_SECRET_BYTES + " bytes", "check the path");
            }
            // An editor ends a file with a line break that is no part of the secret.
            return new Resolved(Files.readString(path, StandardCharsets.UTF_8).stripTrailing(), Origin.FILE);
        } catch (InvalidPathException e) {
            throw new BadValue("must name a file after \"file:\"", "write for example file:/run/secrets/key");
        } catch (IOException e) {
            throw new BadValue(
                    "needs the file " + name + ", which cannot be read ("
                            + e.getClass().getSimpleName() + ")",
                    "check its permissions");
        }
    }
}
