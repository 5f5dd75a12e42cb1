package dev.fresnel.app;

import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder that a command keeps a store in while it runs. */
final class TemporaryFolder {
    private TemporaryFolder() {}

    /** An {@link InputProblem} when there can be none. */
    static Path make(String name) {
        try {
            return Files.createTempDirectory(name);
        } catch (IOException e) {
            throw new InputProblem("a temporary folder for a store is needed and cannot be made (" + e.getMessage()
                    + "); set FRESNEL_JAVA_OPTS=-Djava.io.tmpdir=FOLDER");
        }
    }

    /** With all that is in it. */
    static Future<Void> remove(Path folder) {
        return Future.future(done -> {
            delete(folder);
            done.complete();
        });
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + folder, e);
        }
    }
}
