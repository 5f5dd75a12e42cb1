package dev.fresnel.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the files that a config names can be read or written here and now. Only warned of: the check may run on another machine
 * than the gateway will. Looks, and creates nothing. Never repeats a path, which may come from the environment.
 */
final class NamedFiles {
    private static final String LOOK = "correct the path, which starts at the working directory, or its permissions";

    private final ConfigFile file;
    private final Findings findings;

    NamedFiles(ConfigFile file, Findings findings) {
        this.file = file;
        this.findings = findings;
    }

    void run() {
        file.policy().coldStart().seedFrom().ifPresent(name -> {
            if (!isReadableFile(name)) {
                findings.warn(
                        KeyPath.of("policy", "cold-start", "seed-from"),
                        "names no file that can be read here, and the policy would start without its rows",
                        LOOK);
            }
        });
        file.events().decisionLog().ifPresent(name -> {
            if (!isWritableFile(name)) {
                findings.warn(
                        KeyPath.of("events", "decision-log"),
                        "names a file that cannot be written here, and the gateway would not start",
                        LOOK);
            }
        });
    }

    private static boolean isReadableFile(String name) {
        return path(name)
                .filter(path -> Files.isReadable(path) && !Files.isDirectory(path))
                .isPresent();
    }

    /** The file itself, or the nearest of its directories that there is: those below it are made at start. */
    private static boolean isWritableFile(String name) {
        Optional<Path> path = path(name);
        if (path.isEmpty()) {
            return false;
        }
        if (Files.exists(path.get())) {
            return !Files.isDirectory(path.get()) && Files.isWritable(path.get());
        }
        Optional<Path> directory = Optional.ofNullable(path.get().getParent());
        while (directory.isPresent() && !Files.exists(directory.get())) {
            directory = directory.map(Path::getParent);
        }
        return directory
                .filter(found -> Files.isDirectory(found) && Files.isWritable(found))
                .isPresent();
    }

    private static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name).toAbsolutePath().normalize());
        } catch (InvalidPathException unthinkable) {
            return Optional.empty();
        }
    }
}
