package dev.fresnel.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fresnel.lens.LensFixtures;
import dev.fresnel.tenant.KeyStore;
import dev.fresnel.tenant.KeyStoreContract;
import dev.fresnel.tenant.Revocation;
import dev.fresnel.testing.Await;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKeyStoreTest extends KeyStoreContract {
    @TempDir
    Path directory;

    private final List<StoreProblem> problems = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private EmbeddedStore embedded;
    private KeyStore store;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        embedded = Await.result(EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add));
        store = new EmbeddedKeyStore(embedded);
    }

    @AfterEach
    void close() {
        Await.result(embedded.close());
        Await.result(vertx.close());
    }

    @Test
    void isThereAgain_whenTheFileIsOpenedAnew() {
        Await.result(store.revoke(HASH, new Revocation(NOON, "somebody")));
        Await.result(embedded.close());

        open();

        assertThat(Await.result(store.load("unread")).orElseThrow().revoked()).containsOnlyKeys(HASH);
    }

    @Test
    void saysThatNothingWasKept_whenTheDiskTakesNoMore() {
        Await.result(embedded.close());
        FullDisk.register();
        embedded = Await.result(
                EmbeddedStore.open(vertx, directory, () -> LensFixtures.NOW, problems::add, FullDisk::path));
        store = new EmbeddedKeyStore(embedded);
        FullDisk.fill();
        try {
            assertThat(Await.failure(store.revoke(HASH, new Revocation(NOON, "somebody"))))
                    .hasMessageContaining("cannot be written");
        } finally {
            FullDisk.free();
        }
    }

    @Override
    protected KeyStore store() {
        return store;
    }

    @Override
    protected void putIssued(String text) {
        put(EmbeddedKeyStore.ISSUED, text);
    }

    @Override
    protected void putRevoked(String text) {
        put(EmbeddedKeyStore.REVOKED, text);
    }

    private void put(String map, String text) {
        Await.result(
                embedded.inOrder(access -> access.put(map, HASH.written(), text.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    protected int discarded() {
        return problems.size();
    }

    @Override
    protected String dump() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> {
                        try {
                            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
