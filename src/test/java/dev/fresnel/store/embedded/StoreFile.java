package dev.fresnel.store.embedded;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A file with an {@link EmbeddedStore} on it, for the tests of what is kept there. Registered as an extension it lives as long as one test. */
final class StoreFile implements AfterEachCallback {
    private final Path directory = folder();
    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private EmbeddedStore store = open();

    private static Path folder() {
        try {
            return Files.createTempDirectory("store");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EmbeddedStore open() {
        return Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add));
    }

    EmbeddedStore store() {
        return store;
    }

    /** The store after a restart. */
    EmbeddedStore reopened() {
        Await.result(store.close());
        store = open();
        return store;
    }

    /** What happens to a store whose disk takes no more. */
    void onAFullDisk(Consumer<EmbeddedStore> what) {
        Await.result(store.close());
        FullDisk.register();
        store = Await.result(
                EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add, FullDisk::path));
        FullDisk.fill();
        try {
            what.accept(store);
        } finally {
            FullDisk.free();
        }
    }

    /** Puts a value past whoever keeps such values. */
    void put(String map, String key, String text) {
        Await.result(store.inOrder(access -> access.put(map, key, text.getBytes(StandardCharsets.UTF_8))));
    }

    /** What the store has told of. */
    List<StoreProblem> problems() {
        return List.copyOf(problems);
    }

    /** Every byte on the disk, as Latin-1. */
    String dump() {
        return files().map(StoreFile::read).collect(Collectors.joining());
    }

    private Stream<Path> files() {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        Await.result(store.close());
        Await.result(vertx.close());
        for (Path file : files().toList()) {
            Files.delete(file);
        }
        Files.delete(directory);
    }
}
